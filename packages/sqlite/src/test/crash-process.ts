import { SqliteStore } from '../index.js';

// A process that writes as often as it is told, and ends without closing the file, as after a crash.

const store = new SqliteStore(process.argv[2] ?? '');
await store.connect();
const times = Number(process.argv[3] ?? 1);
for (let n = 1; n <= times; n += 1) {
  await store.set('a', 'last', { bytes: new TextEncoder().encode(String(n)), codec: 'json', type: 'int' });
}
process.kill(process.pid, 'SIGKILL');
await new Promise(() => {});
