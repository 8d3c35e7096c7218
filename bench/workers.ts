import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetRequest, ListRequest, SetRequest } from '@cfg/proto';
import { Program } from './lib/program.js';
import { RawDriver } from './lib/raw-driver.js';
import { alternate, line, median, title } from './lib/report.js';

/*
 * `cfg-server --workers 2` beside one process, each on a SQLite file of its own: calls per second with the driver on the
 * same cores, and calls per second of CPU that the server's processes use. By turns, with one driver. Where the driver
 * costs a call as much as the server does (Get), two workers cannot answer more of them together than one.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const service = '/config.v1.ConfigService';
const dir = mkdtempSync(join(tmpdir(), 'cfg-bench-'));
const keys = Array.from({ length: 1_000 }, (_, i) => `app/key-${i}`);
const value = Buffer.alloc(100, '1');
const messages = {
  Get: keys.map((key) => GetRequest.encode(GetRequest.fromPartial({ namespace: 'ns', key })).finish()),
  List: [ListRequest.encode(ListRequest.fromPartial({ namespace: 'ns', limit: 100 })).finish()],
  Set: keys.map((key) =>
    SetRequest.encode(SetRequest.fromPartial({ namespace: 'ns', key, value, codec: 'json' })).finish(),
  ),
};

interface Served {
  readonly program: Program;
  readonly driver: RawDriver;
}

async function serve(workers: number): Promise<Served> {
  const args = ['--store', `sqlite:${join(dir, `${workers}.db`)}`, '--workers', String(workers)];
  const program = await Program.start(...args);
  // Workers take turns in being given connections.
  const driver = await RawDriver.open(program.port, { connections: 8 });
  await program.fill('ns', keys, value);
  for (const method of ['Set', 'Get', 'List'] as const) await driver.rate(`${service}/${method}`, messages[method], ms);
  return { program, driver };
}

const two = await serve(2);
const one = await serve(1);

/** Measures a method: calls per second and, as they come along, calls per second of CPU. */
async function compare(what: string, method: keyof typeof messages, inFlight: number, goal?: number): Promise<void> {
  const cpu = { two: [] as number[], one: [] as number[] };
  const measured =
    ({ program, driver }: Served, noted: number[]) =>
    async (): Promise<number> => {
      const [before, began] = [program.cpuSeconds(), performance.now()];
      const rate = await driver.rate(`${service}/${method}`, messages[method], ms, { inFlight });
      const calls = (rate * (performance.now() - began)) / 1_000;
      noted.push(calls / (program.cpuSeconds() - before));
      return rate;
    };
  const rates = await alternate(measured(two, cpu.two), measured(one, cpu.one));
  line(what, 'call/s', rates, goal);
  line('  per second of CPU', 'call', { ours: median(cpu.two), bare: median(cpu.one) }, 0.85);
}

title(`cfg-server --workers 2 on ${cpus().length} cores, SQLite`, ['two', 'one']);
await compare('List of 100', 'List', 64, 1.2);
await compare('Get', 'Get', 64);
await compare('Set, 64 callers', 'Set', 64);
for (const { driver, program } of [two, one]) {
  driver.close();
  await program.stop();
}
rmSync(dir, { recursive: true });
process.exit();
