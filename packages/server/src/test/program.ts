import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Both doors on free ports. */
export const anyPorts: readonly string[] = ['--grpc', '127.0.0.1:0', '--http', '127.0.0.1:0'];

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The real program in a process of its own. */
export class Program implements AsyncDisposable {
  readonly exited: Promise<Exit>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;

  private constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  static start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    return new Program(process.execPath, [main, ...args], env);
  }

  /** As {@link start}, where no file may grow over some 4 KiB: as good as a full disk. */
  static startOnFullDisk(args: readonly string[]): Program {
    return new Program('sh', ['-c', 'ulimit -f 8; exec "$@"', 'sh', process.execPath, main, ...args], {});
  }

  /** Starts it and waits until it serves. */
  static async serving(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Program> {
    const program = Program.start(args, env);
    await program.logged('ready');
    return program;
  }

  /** The lines of the log so far. */
  get log(): Record<string, unknown>[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    return lines.map((line): Record<string, unknown> => JSON.parse(line));
  }

  /** The line with that message; rejects if the program ends without having logged it. */
  async logged(message: string): Promise<Record<string, unknown>> {
    for (;;) {
      const line = this.log.find(({ msg }) => msg === message);
      if (line !== undefined) return line;
      if (this.#child.exitCode !== null) throw new Error(`ended without "${message}": ${this.stderr}`);
      await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), this.exited]);
    }
  }

  /** The processes that it has started. Linux only. */
  get children(): number[] {
    const { pid } = this.#child;
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  }

  /** The memory of the process, in bytes. */
  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  async grpcAddress(): Promise<string> {
    return String((await this.logged('gRPC door open')).address);
  }

  async url(path: string): Promise<string> {
    return `http://${(await this.logged('HTTP door open')).address}${path}`;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.exited;
  }
}

/** Runs it to its end. */
export async function runProgram(
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using program = Program.start(args, env);
  const { code } = await program.exited;
  const { stdout, stderr } = program;
  return { code, stdout, stderr };
}
