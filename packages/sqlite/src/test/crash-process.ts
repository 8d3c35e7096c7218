import { SqliteStore } from '../index.js';

// A process that writes, and ends without closing the file, as after a crash.

const store = new SqliteStore(process.argv[2] ?? '');
await store.connect();
await store.set('a', 'last', { bytes: new TextEncoder().encode('1'), codec: 'json', type: 'int' });
process.kill(process.pid, 'SIGKILL');
await new Promise(() => {});
