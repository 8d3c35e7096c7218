import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ConfigError } from '@cfg/core';

/** How long a command has to end before it is killed. */
const graceMs = 10_000;

/** A command that runs with this process's stdin, stdout and stderr. */
export class Child {
  readonly #process: ChildProcess;
  /** Its exit code, 128 and the signal's number if a signal ended it. Rejects if it could not be started. */
  readonly exited: Promise<number>;

  constructor([command = '', ...args]: readonly string[], env: NodeJS.ProcessEnv) {
    this.#process = spawn(command, args, { env, stdio: 'inherit' });
    this.exited = new Promise((resolve, reject) => {
      this.#process.once('exit', (code, signal) =>
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
      );
      this.#process.once('error', (cause) => {
        reject(new ConfigError('internal', `cannot run ${command}: ${cause.message}`, { cause }));
      });
    });
    this.exited.catch(() => {});
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Ends it by SIGTERM, and by SIGKILL if that takes more than 10 seconds. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.exited.finally(() => clearTimeout(timer));
  }
}
