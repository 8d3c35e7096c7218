import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const mainFile: string = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program in a process of its own. */
export class Program implements AsyncDisposable {
  readonly exited: Promise<number | null>;
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>>, stdin = '') {
    // Nothing of the caller's environment but what a program needs to start.
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const least = { PATH, NODE_COMPILE_CACHE };
    this.child = spawn(process.execPath, [mainFile, ...args], {
      cwd: env.HOME,
      env: { ...least, ...env },
      stdio: 'pipe',
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.child.stdin?.on('error', () => {}).end(stdin);
    this.exited = once(this.child, 'close').then(([code]) => code);
  }

  /** Resolves once stdout and stderr have that text; rejects if the program ends before. */
  async printed(text: string): Promise<void> {
    while (!`${this.stdout}${this.stderr}`.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`ended without "${text}": ${this.stderr}`);
      const heard = [this.child.stdout, this.child.stderr].map((stream) => once(stream ?? this.child, 'data'));
      await Promise.race([...heard, this.exited]);
    }
  }

  async result(): Promise<Result> {
    const code = await this.exited;
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.exited;
  }
}
