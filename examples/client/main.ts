// An app that reads configuration, writes it and follows it. Start a server with `npm start`, then `node main.ts`.
import { isConfigError, Manager, RemoteStore } from '@cfg/client';

const store = new RemoteStore(process.env.CFG_ADDRESS ?? '127.0.0.1:9090', { insecure: true });
await using manager = new Manager({ store });
await manager.connect();

const config = manager.namespace('example');
await config.set('app/timeout', 30);
await config.set('app/name', 'My App');

const timeout = await config.get('app/timeout'); // from memory while the watch is healthy
console.log(`timeout ${timeout.number()} (version ${timeout.version})`);

// Only one of many apps creates it; the others find it there.
const created = await config.set('app/leader', process.pid, { ifNotExists: true }).then(
  () => true,
  (error: unknown) => !isConfigError(error, 'key_exists'),
);
console.log(created ? 'this app leads' : 'another app leads');

// Compare-and-set: nobody else's write is lost.
const written = await config.set('app/timeout', 45, { ifVersion: timeout.version });

// Everything after that write, also what happened before the watch began.
const changes = config.watch({ prefix: 'app/', startRevision: written.revision });
await config.set('app/timeout', 60);
for await (const change of changes) {
  console.log(`${change.type} ${change.key} ${change.value?.number()}`);
  break;
}
