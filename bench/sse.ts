import { type Server, startServer } from './lib/child.js';
import { line, median, plain, title } from './lib/report.js';
import { SseDriver } from './lib/sse.js';

/*
 * Server-sent events of the gateway in process, beside an express handler that writes a ready buffer to all responses;
 * the same driver, by turns, medians. The server's CPU per event depends least on what else the machine does.
 */

const rounds = 9;
const events = Number(process.env.BENCH_EVENTS ?? 400);
const path = '/v1/watch?namespaces=production&prefixes=app/';

interface Window {
  readonly rate: number;
  readonly cpuUs: number;
}

async function measure(server: Server, driver: SseDriver, clients: number): Promise<Window> {
  const before = await server.tell('cpu');
  const rate = await driver.rate(events, () => server.tell('write', events));
  return { rate, cpuUs: ((await server.tell('cpu')) - before) / (events * clients) };
}

async function compare(clients: number, goal?: number): Promise<void> {
  const [ours, bare] = [await startServer('ours-sse'), await startServer('bare-sse')];
  const drivers = [
    await SseDriver.open(ours.port, path, clients),
    await SseDriver.open(bare.port, path, clients),
  ] as const;
  const windows = { ours: [] as Window[], bare: [] as Window[] };
  for (let round = -2; round < rounds; round += 1) {
    const theirs = await measure(bare, drivers[1], clients);
    const own = await measure(ours, drivers[0], clients);
    if (round < 0) continue;
    windows.bare.push(theirs);
    windows.ours.push(own);
  }
  const of = (what: (window: Window) => number): { ours: number; bare: number } => ({
    ours: median(windows.ours.map(what)),
    bare: median(windows.bare.map(what)),
  });
  const name = `${clients} client${clients === 1 ? '' : 's'}`;
  line(
    name,
    'event/s',
    of(({ rate }) => rate),
    goal,
  );
  line(
    `${name}, CPU`,
    'event/s',
    of(({ cpuUs }) => 1e6 / cpuUs),
    goal,
  );
  for (const driver of drivers) driver.close();
  ours.stop();
  bare.stop();
}

title('Server-sent events, memory store, in process; of CPU: events per second of the server’s CPU');
await compare(1);
await compare(100, 1.3);

const idle = 5_000;
const server = await startServer('ours-sse');
const before = await server.tell('memory');
const driver = await SseDriver.open(server.port, path, idle);
const kb = ((await server.tell('memory')) - before) / idle / 1_024;
plain(`memory of one idle client, of ${idle}`, kb, 'KB', '<= 40', kb <= 40);
driver.close();
server.stop();
