import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Manager, RemoteStore } from '@cfg/client';
import { type RunningServer, startServer } from '@cfg/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { propertiesByNamespace, readSpringFiles } from './spring.ts';

const run = promisify(execFile);
const own = join(import.meta.dirname, 'data');
const shared = join(import.meta.dirname, '../../../shared/data/petclinic');

let dir: string;
let server: RunningServer;
const start = (): Promise<RunningServer> =>
  startServer({ store: `sqlite:${join(dir, 'config.db')}`, grpc: '127.0.0.1:0', http: '127.0.0.1:0' });

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cfg-petclinic-'));
  server = await start();
});

afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

interface Counts {
  readonly namespaces: number;
  readonly files: number;
  readonly written: number;
  readonly unchanged: number;
}

const load = async (folder: string): Promise<Counts> => {
  const args = ['main.ts', folder, server.grpcAddress];
  return JSON.parse((await run(process.execPath, args, { cwd: import.meta.dirname })).stdout);
};

it('reads profiles, byte-order marks, dotted keys and placeholders', () => {
  const namespaces = propertiesByNamespace(readSpringFiles(own));
  expect([...namespaces.keys()]).toEqual(['application:default', 'owners-service:default', 'owners-service:docker']);
  expect(Object.fromEntries(namespaces.get('owners-service:default') ?? [])).toEqual({
    'owners.cache.ttl': 60,
    'owners.cache.ratio': 0.5,
    'owners.regions': ['north', 'south'],
    'management.security.enabled': false,
    'eureka.instance.instance-id': ['$', '{spring.application.name}:$', '{random.uuid}'].join(''),
  });
  expect(namespaces.get('application:default')?.has('empty')).toBe(false);
});

describe.each([
  ['its own data', own],
  ['the petclinic', shared],
])('with %s', (_, folder) => {
  // A clone by itself has no ../shared; its own data stand for it.
  it.skipIf(!existsSync(folder))('loads it, once, and keeps it over a restart', async () => {
    const first = await load(folder);
    expect(first.written).toBeGreaterThan(5);
    expect(await load(folder)).toEqual({ ...first, written: 0, unchanged: first.written });
    await server.close();
    server = await start();
    expect(await load(folder)).toEqual({ ...first, written: 0, unchanged: first.written });
  });
});

it('stores whole files as they are, and their documents can be told apart', async () => {
  await load(own);
  await using manager = new Manager({ store: new RemoteStore(server.grpcAddress, { insecure: true }) });
  await manager.connect();
  const { values } = await manager.namespace('files').find();
  expect(values.map(({ key, type }) => [key, type])).toEqual([
    ['application.yml', 'custom'],
    ['owners-service.yml', 'custom'],
  ]);
  const file = await manager.namespace('files').get('owners-service.yml');
  expect(Buffer.from(file.bytes)).toEqual(readFileSync(join(own, 'owners-service.yml')));
  expect(file.documents()).toHaveLength(3);
  expect(file.object()).toBe(file.data);
  expect(file.data).toEqual(file.documents()[0]);
});

it('a change made over HTTP reaches a watching app', async () => {
  await load(own);
  await using manager = new Manager({ store: new RemoteStore(server.grpcAddress, { insecure: true }) });
  await manager.connect();
  const config = manager.namespace('application:default');
  const { revision = 0 } = await config.find();
  const changes = config.watch({ prefix: 'server.', startRevision: revision });
  const url = `http://${server.httpAddress}/v1/namespaces/application:default/keys/server.port`;
  const body = JSON.stringify({ value: Buffer.from('8080').toString('base64') });
  expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
  for await (const change of changes) {
    expect([change.type, change.key, change.value?.number()]).toEqual(['set', 'server.port', 8080]);
    break;
  }
  expect((await config.get('server.port')).number()).toBe(8080);
});
