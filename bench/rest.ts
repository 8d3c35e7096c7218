import { type Server, startServer } from './lib/child.js';
import { HttpDriver } from './lib/http.js';
import { line, median, title } from './lib/report.js';

/*
 * The REST door beside bare handlers that send the same JSON; the same driver, by turns, medians. The rate says what a
 * caller gets; the server's CPU per call is the figure that depends least on what else the machine does.
 */

const ms = Number(process.env.BENCH_MS ?? 1_000);
const rounds = 9;
const path = '/v1/namespaces/production/keys/app/timeout';

class Measured {
  readonly rates: number[] = [];
  readonly cpuUs: number[] = [];
  readonly #server: Server;
  readonly #driver: HttpDriver;

  private constructor(server: Server) {
    this.#server = server;
    this.#driver = new HttpDriver(server.port);
  }

  static async start(program: string, ...args: string[]): Promise<Measured> {
    return new Measured(await startServer(program, ...args));
  }

  async fields(): Promise<string> {
    const { entry } = JSON.parse(await this.#driver.get(path)) as { entry: object };
    return Object.keys(entry).sort().join();
  }

  async measure(): Promise<void> {
    const before = await this.#server.tell('cpu');
    const began = performance.now();
    const rate = await this.#driver.rate(path, ms);
    const calls = (rate * (performance.now() - began)) / 1_000;
    this.rates.push(rate);
    this.cpuUs.push(((await this.#server.tell('cpu')) - before) / calls);
  }

  forget(): void {
    this.rates.length = 0;
    this.cpuUs.length = 0;
  }

  stop(): void {
    this.#driver.close();
    this.#server.stop();
  }
}

async function compare(what: string, own: readonly string[], bare: readonly string[], goal: number): Promise<void> {
  const [ours, theirs] = await Promise.all(
    [own, bare].map(([program = '', ...args]) => Measured.start(program, ...args)),
  );
  if (ours === undefined || theirs === undefined) throw new Error('no servers');
  const [mine, others] = [await ours.fields(), await theirs.fields()];
  if (mine !== others) throw new Error(`not the same JSON: ${mine} and ${others}`);
  for (let round = -2; round < rounds; round += 1) {
    if (round === 0) for (const each of [ours, theirs]) each.forget();
    await theirs.measure();
    await ours.measure();
  }
  line(what, 'call/s', { ours: median(ours.rates), bare: median(theirs.rates) }, goal);
  // Less is better: the ratio is that of calls for the same CPU.
  line(`${what}, CPU`, 'call/s', { ours: 1e6 / median(ours.cpuUs), bare: 1e6 / median(theirs.cpuUs) }, goal);
  for (const each of [ours, theirs]) each.stop();
}

title('REST Get of one key, memory store; of CPU: calls per second of the server’s CPU');
await compare('in process, beside bare express', ['ours-http'], ['bare-http'], 0.9);
await compare('in process, on node:http alone', ['ours-node'], ['bare-node'], 0.75);
await compare('remote, beside one bare nice-grpc call', ['ours-http', 'remote'], ['bare-remote'], 0.8);
await compare('with metrics, beside without', ['ours-node', 'measured'], ['ours-node'], 0.97);
