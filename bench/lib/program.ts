import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { RemoteStore } from '@cfg/client';

const main = fileURLToPath(new URL('../../../packages/server/dist/main.js', import.meta.url));

/** `cfg-server`, as users run it, on ports that the system chose. For Linux. */
export class Program {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Starts it, and waits until it serves. */
  static async start(...args: string[]): Promise<Program> {
    const doors = ['--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0'];
    const child = spawn(process.execPath, [main, ...doors, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    let port = 0;
    for await (const line of createInterface(child.stdout)) {
      const { msg, address } = JSON.parse(line) as { msg: string; address?: string };
      if (msg === 'gRPC door open') port = Number(address?.split(':').at(-1));
      if (msg !== 'ready') continue;
      child.stdout.resume();
      return new Program(child, port);
    }
    throw new Error(`cfg-server ${args.join(' ')} did not start`);
  }

  /** Writes the value to all the keys, a thousand at most. */
  async fill(namespace: string, keys: readonly string[], bytes: Uint8Array): Promise<void> {
    await using store = new RemoteStore(`127.0.0.1:${this.port}`, { insecure: true });
    await store.connect();
    const value = { bytes, codec: 'json', type: 'int' as const };
    await store.batch(
      namespace,
      keys.map((key) => ({ type: 'set', key, value })),
    );
  }

  /** The CPU time of the program and its workers so far, in seconds. */
  cpuSeconds(): number {
    return this.#pids().reduce((sum, pid) => sum + ticksOf(pid), 0) / 100;
  }

  /** The resident size of it and its workers, in bytes. */
  residentBytes(): number {
    const pages = (pid: number): number => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return this.#pids().reduce((sum, pid) => sum + pages(pid), 0) * 4096;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }

  #pids(): number[] {
    const pid = this.#child.pid as number;
    const children = `/proc/${pid}/task/${pid}/children`;
    const workers = existsSync(children) ? readFileSync(children, 'utf8').split(' ').filter(Boolean).map(Number) : [];
    return [pid, ...workers];
  }
}

/** Linux counts CPU time in hundredths of a second. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
