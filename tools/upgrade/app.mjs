// An app that is run with the oldest packages and with those of this clone: it uses only what both have.
//
//   node app.mjs write ADDRESS ROUND    writes, each ROUND different
//   node app.mjs read ADDRESS           prints as JSON everything that it can see, with versions and history
//   node app.mjs follow ADDRESS REVISION COUNT   prints COUNT changes after a revision
import { isConfigError, Manager, RemoteStore } from '@cfg/client';

const [task, address, ...args] = process.argv.slice(2);
const store = new RemoteStore(address, { insecure: true });
await store.connect();
await { write, read, follow }[task](...args);
await store.close();

async function write(round) {
  const manager = new Manager({ store });
  await manager.connect();
  const config = manager.namespace('upgrade');
  const values = { number: Number(round), text: `round ${round}`, list: [round, null, { deep: true }], 'a/b/c': round };
  for (const [key, value] of Object.entries(values)) await config.set(key, value);
  const { version } = await config.get('number');
  const conflict = await config.set('number', -1, { ifVersion: version - 1 || 99 }).catch((error) => error);
  if (!isConfigError(conflict, 'version_mismatch')) throw new Error(`written over: ${conflict}`);
  if ((await config.get('text')).string() !== `round ${round}`) throw new Error('not what was written');
  await config.set('gone', round);
  await config.delete('gone');
  await config.set(`only-in-${round}`, new Date(0).toISOString());
}

async function read() {
  const page = await store.find('upgrade', {});
  const entries = await Promise.all(
    page.entries.map(async ({ key }) => {
      const { bytes, codec, version, revision } = await store.get('upgrade', key);
      const history = await store.versions('upgrade', key);
      return { key, text: textOf(bytes), codec, version, revision, history: history.entries.map(versionOf) };
    }),
  );
  console.log(JSON.stringify({ revision: page.revision, entries }));
}

function textOf(bytes) {
  return Buffer.from(bytes).toString();
}

function versionOf({ version, bytes }) {
  return [version, textOf(bytes)];
}

async function follow(startRevision, count) {
  const changes = [];
  for await (const { type, key, revision } of store.watch(
    { namespaces: ['upgrade'] },
    { startRevision: Number(startRevision) },
  )) {
    changes.push([type, key, revision]);
    if (changes.length === Number(count)) break;
  }
  console.log(JSON.stringify(changes));
}
