import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PostgresStore, type PostgresStoreOptions } from './index.js';
import { Cluster } from './test/cluster.js';
import { json, newPrefix, openStore, rowsOf } from './test/scratch.js';

let cluster: Cluster;
let cert: string;
beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'a database' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  cert = made.cert;
  cluster = await Cluster.start({ tls: { cert, key: made.private } });
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

/** The address, with a setting. */
function urlWith(name: string, value: string): string {
  const url = new URL(cluster.url);
  url.searchParams.set(name, value);
  return url.href;
}

/** How many of the store's connections are encrypted, and how many are not. */
const connections = (name: string): Promise<{ ssl: boolean }[]> =>
  rowsOf(
    `SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = '${name}'`,
    cluster.url,
  );

it('talks TLS to a database whose certificate it is told to trust, on every connection', async () => {
  const store = await openStore({ tablePrefix: newPrefix(), tls: { ca: cert } }, urlWith('application_name', 'sure'));
  const stream = store.watch();
  await stream.ready;
  await store.set('a', 'x', json(1));
  await stream.next();
  stream.close();
  expect(await connections('sure')).toEqual([{ ssl: true }]);
});

it('takes the address by its word: sslmode', async () => {
  const url = new URL(urlWith('application_name', 'unsure'));
  url.searchParams.set('sslmode', 'no-verify');
  const store = await openStore({ tablePrefix: newPrefix() }, url.href);
  await store.set('a', 'x', json(1));
  expect(await connections('unsure')).toEqual([{ ssl: true }]);
});

it('refuses a certificate that nobody vouches for, and one of another host, and says why', async () => {
  const reasonOf = async (url: string, options: PostgresStoreOptions): Promise<string> => {
    await using store = new PostgresStore(url, { tablePrefix: newPrefix(), ...options });
    return store.connect().then(
      () => expect.fail('connected'),
      (error: Error) => error.message,
    );
  };
  expect(await reasonOf(cluster.url, { tls: true })).toMatch(/self-signed certificate/);
  expect(await reasonOf(urlWith('sslmode', 'verify-full'), {})).toMatch(/self-signed certificate/);
  const elsewhere = { ca: cert, servername: 'db.example.com' };
  expect(await reasonOf(cluster.url, { tls: elsewhere })).toMatch(/does not match certificate's altnames/);
});
