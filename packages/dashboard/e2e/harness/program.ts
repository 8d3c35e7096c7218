import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url));

/** `cfg-server` on a SQLite file, in a process of its own. */
export class Program implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cfg-dashboard-'));
  readonly #flags: readonly string[];
  #child: ChildProcess | undefined;
  /** Of the HTTP door: the same after a restart. */
  port = 0;

  private constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  static async start(...flags: string[]): Promise<Program> {
    const program = new Program(flags);
    await program.restart();
    return program;
  }

  /** A folder that goes with the program. */
  get folder(): string {
    return this.#folder;
  }

  async restart(): Promise<void> {
    await this.stop();
    const store = `sqlite:${join(this.#folder, 'config.db')}`;
    const doors = ['--grpc', '127.0.0.1:0', '--http', `127.0.0.1:${this.port}`];
    const args = [main, '--store', store, ...doors, ...this.#flags];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    while (!output.includes('"ready"')) {
      if (child.exitCode !== null) throw new Error(`cfg-server ended: ${output}`);
      await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
    }
    this.port = Number(/"address":"127\.0\.0\.1:(\d+)"[^\n]*HTTP door open/.exec(output)?.[1]);
  }

  /** Ends it without warning, as a crash does. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
