import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A process that is told what to do by lines, and tells what happens by lines. Killed at the end of the test. */
export class LineProcess {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  port = 0;

  private constructor(process: ChildProcess) {
    this.process = process;
    createInterface({ input: process.stdout as NodeJS.ReadableStream }).on('line', (line) => this.lines.push(line));
  }

  /** Starts a program. */
  static start(program: string, args: readonly string[]): LineProcess {
    const node = new LineProcess(spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
    onTestFinished(() => void node.process.kill('SIGKILL'));
    return node;
  }

  /** Waits until the port is known. */
  async listening(): Promise<void> {
    this.port = Number((await this.line(/^listening (\d+)/))[1]);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  tell(line: string): void {
    this.process.stdin?.write(`${line}\n`);
  }

  /** The first line like this, when it has come. Lines that were returned once are not looked at again. */
  async line(pattern: RegExp, withinMs = 120_000): Promise<RegExpExecArray> {
    for (const end = Date.now() + withinMs; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const at = this.lines.findIndex((line) => pattern.test(line));
      if (at >= 0) return pattern.exec(this.lines.splice(at, 1)[0] as string) as RegExpExecArray;
    }
    throw new Error(`no line ${pattern} among ${JSON.stringify(this.lines)}`);
  }
}
