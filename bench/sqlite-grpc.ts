import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetRequest, SetRequest } from '@cfg/proto';
import { startServer } from './lib/child.js';
import { putRequest, startEtcd } from './lib/etcd.js';
import { Program } from './lib/program.js';
import { RawDriver } from './lib/raw-driver.js';
import { alternate, line, title } from './lib/report.js';

/*
 * `cfg-server` on a SQLite file, as it is started by default, beside bare nice-grpc (an echo that keeps nothing), beside
 * etcd where it is installed, and beside itself on the memory store. Every write is on the disk before it is answered,
 * etcd's too. The same driver for all, by turns.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const service = '/config.v1.ConfigService';
const dir = mkdtempSync(join(tmpdir(), 'cfg-bench-'));
const value = Buffer.alloc(100, '1');
const keys = Array.from({ length: 1_000 }, (_, i) => `app/key-${i}`);
const sets = keys.map((key) =>
  SetRequest.encode(SetRequest.fromPartial({ namespace: 'ns', key, value, codec: 'json' })).finish(),
);
const gets = keys.map((key) => GetRequest.encode(GetRequest.fromPartial({ namespace: 'ns', key })).finish());

const programs = {
  sqlite: await Program.start('--store', `sqlite:${join(dir, 'config.db')}`),
  memory: await Program.start(),
};
const drivers = {
  sqlite: await RawDriver.open(programs.sqlite.port),
  memory: await RawDriver.open(programs.memory.port),
};
const bare = await startServer('bare');
const echo = await RawDriver.open(bare.port);
await bare.tell('size', await drivers.sqlite.answerBytes(`${service}/Set`, sets[0] as Uint8Array));
for (const program of Object.values(programs)) await program.fill('ns', keys, value);
for (const driver of Object.values(drivers)) await driver.rate(`${service}/Set`, sets, ms, { inFlight: 32 });

const set = (inFlight: number) => () => drivers.sqlite.rate(`${service}/Set`, sets, ms, { inFlight, answerBytes: 20 });
title('cfg-server on a SQLite file, over gRPC', ['ours', 'other']);
const echoed = (): Promise<number> => echo.rate('/bare/Echo', sets, ms, { inFlight: 32, answerBytes: 20 });
line('Set, 32 callers : bare nice-grpc echo', 'call/s', await alternate(set(32), echoed), 0.6);
const etcd = await startEtcd(join(dir, 'etcd'));
if (etcd === undefined) {
  console.log('  etcd is not installed: not compared');
} else {
  const puts = keys.map((key) => putRequest(key, value));
  const put = (inFlight: number) => () =>
    etcd.driver.rate('/etcdserverpb.KV/Put', puts, ms, { inFlight, answerBytes: 4 });
  line(`Set, 32 callers : Put of etcd ${etcd.version}`, 'call/s', await alternate(set(32), put(32)), 1);
  line(`Set, one caller : Put of etcd ${etcd.version}`, 'call/s', await alternate(set(1), put(1)));
  etcd.driver.close();
  etcd.stop();
}
const get = (driver: RawDriver) => () => driver.rate(`${service}/Get`, gets, ms, { answerBytes: 100 });
line('Get : the memory store', 'call/s', await alternate(get(drivers.sqlite), get(drivers.memory), 11), 0.88);
for (const driver of [...Object.values(drivers), echo]) driver.close();
for (const program of Object.values(programs)) await program.stop();
bare.stop();
rmSync(dir, { recursive: true });
process.exit();
