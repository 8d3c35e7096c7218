import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const source = new URL('./fixtures/go-memberlist/', import.meta.url).pathname.replace('/dist/', '/src/');

/** Builds the program around hashicorp/memberlist 0.5.4. Undefined, with the reason, where that cannot be done. */
export async function buildGo(): Promise<{ program?: string; reason: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'cfg-memberlist-'));
  const program = join(folder, 'node');
  try {
    await cp(source, folder, { recursive: true });
    execFileSync('go', ['build', '-o', program, '.'], { cwd: folder, stdio: 'pipe' });
    return existsSync(program) ? { program, reason: '' } : { reason: 'go built nothing' };
  } catch (error) {
    return { reason: String((error as Error).message).split('\n')[0] ?? '' };
  }
}

export interface GoOptions {
  readonly label?: string;
  /** In hex. */
  readonly key?: string;
}

/** A process with a node of hashicorp/memberlist, killed at the end of the test. */
export class GoNode {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  port = 0;

  private constructor(process: ChildProcess) {
    this.process = process;
    createInterface({ input: process.stdout as NodeJS.ReadableStream }).on('line', (line) => this.lines.push(line));
  }

  static async start(program: string, name: string, { label = '', key = '' }: GoOptions = {}): Promise<GoNode> {
    const node = new GoNode(spawn(program, [name, `${name}:9000`, label, key], { stdio: ['pipe', 'pipe', 'inherit'] }));
    onTestFinished(() => void node.process.kill('SIGKILL'));
    node.port = Number((await node.line(/^listening (\d+)/))[1]);
    return node;
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
