import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineProcess } from './line-process.js';

/** The programs: hashicorp/memberlist 0.5.4 by itself; a node with the original's ring and gossip. */
export type GoProgram = 'go-memberlist' | 'go-ring';

/** Builds a program. Undefined, with the reason, where that cannot be done. */
export async function buildGo(name: GoProgram): Promise<{ program?: string; reason: string }> {
  const source = new URL(`./fixtures/${name}/`, import.meta.url).pathname.replace('/dist/', '/src/');
  const folder = await mkdtemp(join(tmpdir(), `cfg-${name}-`));
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

/** Starts the program `go-memberlist`. */
export async function startMemberlist(
  program: string,
  name: string,
  { label = '', key = '' }: GoOptions = {},
): Promise<LineProcess> {
  const node = LineProcess.start(program, [name, `${name}:9000`, label, key]);
  await node.listening();
  return node;
}
