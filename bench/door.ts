import { GetRequest, ListRequest, SetRequest, WatchRequest } from '@cfg/proto';
import { type Server, startServer } from './lib/child.js';
import { RawDriver } from './lib/raw-driver.js';
import { alternate, line, median, title } from './lib/report.js';

/*
 * The same service, memory store, on @cfg/grpc-door and on nice-grpc's server, each in a process of its own: by turns,
 * with one driver, medians. Calls per second depend on what the driver leaves of the machine, so the CPU that a call
 * costs the server is told beside.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const service = '/config.v1.ConfigService';
const namespace = 'n10000';
const key = (i: number): string => `app/key-${String(i).padStart(7, '0')}`;

interface Door {
  readonly server: Server;
  readonly driver: RawDriver;
}

async function open(kind: string, tls: boolean): Promise<Door> {
  const server = await startServer('door', kind, ...(tls ? ['tls'] : []));
  await server.tell('fill', 10_000);
  return { server, driver: await RawDriver.open(server.port, { tls }) };
}

/** Measures what `run` does on either door: how many a second, and the CPU of one. */
async function compare(
  what: string,
  unit: string,
  doors: Doors,
  run: (door: Door) => Promise<number>,
  goal: number,
): Promise<void> {
  const cpu = { fast: [] as number[], nice: [] as number[] };
  const measured = (kind: 'fast' | 'nice') => async (): Promise<number> => {
    const { server } = doors[kind];
    const [before, began] = [await server.tell('cpu'), performance.now()];
    const rate = await run(doors[kind]);
    const done = (rate * (performance.now() - began)) / 1_000;
    cpu[kind].push(((await server.tell('cpu')) - before) / done);
    return rate;
  };
  const { ours, bare } = await alternate(measured('fast'), measured('nice'), 5);
  line(what, unit, { ours, bare }, goal);
  line('  CPU a call, nice : fast', 'us', { ours: median(cpu.nice), bare: median(cpu.fast) });
}

interface Doors {
  readonly fast: Door;
  readonly nice: Door;
}

function calls(method: string, messages: Uint8Array[]): (door: Door) => Promise<number> {
  const path = `${service}/${method}`;
  const sizes = new Map<Door, number>();
  return async (door) => {
    const size = sizes.get(door) ?? (await door.driver.answerBytes(path, messages[0] as Uint8Array));
    sizes.set(door, size);
    // Revisions and timestamps take a few bytes more or less.
    return door.driver.rate(path, messages, ms, { answerBytes: size * 0.9 });
  };
}

/** Opens so many watches on either door; the result measures the events of a second. */
async function watches(doors: Doors, count: number, tls = false): Promise<(door: Door) => Promise<number>> {
  const request = WatchRequest.encode(WatchRequest.fromPartial({ namespaces: ['watched'] })).finish();
  const seen = new Map<Door, { count: number; notify: () => void }>();
  for (const door of [doors.fast, doors.nice]) {
    const state = { count: 0, notify: () => {} };
    seen.set(door, state);
    const driver = await RawDriver.open(door.server.port, { tls });
    driver.watch(`${service}/Watch`, request, count, (more) => {
      state.count += more;
      state.notify();
    });
  }
  // Nobody reports when all have subscribed.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const changes = Math.max(100, Math.min(20_000, Math.floor(100_000 / count)));
  return async (door) => {
    const state = seen.get(door) as { count: number; notify: () => void };
    const target = state.count + changes * count;
    const began = performance.now();
    const all = new Promise<void>((resolve) => {
      state.notify = () => state.count >= target && resolve();
    });
    await door.server.tell('change', changes);
    await all;
    if (state.count > target) throw new Error('more events than changes');
    return (changes * count * 1_000) / (performance.now() - began);
  };
}

const gets = Array.from({ length: 1_000 }, (_, i) =>
  GetRequest.encode(GetRequest.fromPartial({ namespace, key: key(i) })).finish(),
);
const value = Buffer.from(JSON.stringify('x'.repeat(98)));
const sets = Array.from({ length: 1_000 }, (_, i) =>
  SetRequest.encode(SetRequest.fromPartial({ namespace: 'written', key: key(i), value, codec: 'json' })).finish(),
);
const list = ListRequest.encode(ListRequest.fromPartial({ namespace, prefix: 'app/', limit: 100 })).finish();

for (const tls of [false, true]) {
  const doors: Doors = { fast: await open('fast', tls), nice: await open('nice', tls) };
  title(`gRPC door${tls ? ', TLS' : ''}`, ['fast', 'nice']);
  await compare('Get', 'call/s', doors, calls('Get', gets), tls ? 2 : 3);
  if (!tls) {
    // Its answers grow with versions and revisions, so their size is not looked at.
    await compare('Set', 'call/s', doors, ({ driver }) => driver.rate(`${service}/Set`, sets, ms), 2.2);
    await compare('List of 100 of 10,000', 'call/s', doors, calls('List', [list]), 2.3);
    for (const [count, goal] of [
      [1, 1.3],
      [100, 1.9],
      [1_000, 1.4],
    ] as const) {
      const fresh: Doors = { fast: await open('fast', tls), nice: await open('nice', tls) };
      await compare(`Watch, ${count} watchers`, 'msg/s', fresh, await watches(fresh, count), goal);
      close(fresh);
    }
  }
  close(doors);
}

function close({ fast, nice }: Doors): void {
  for (const { server, driver } of [fast, nice]) {
    driver.close();
    server.stop();
  }
}
