import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../../node_modules/.cache/interop', import.meta.url));

/** The outcome of a program. */
export interface Finished {
  readonly code: number;
  readonly output: string;
}

export async function finished(program: string, args: readonly string[], timeoutMs = 120_000): Promise<Finished> {
  try {
    const { stdout, stderr } = await run(program, args, { timeout: timeoutMs, maxBuffer: 64 * 2 ** 20 });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
      message,
    } = error as Error & { code: number; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : -1, output: `${stdout}${stderr}${message}` };
  }
}

/** A program in Go: the one on the PATH, or installed once where Go is; undefined where neither can be had. */
export async function goProgram(name: string, source: string): Promise<string | undefined> {
  if ((await finished(name, ['--help'])).code === 0) return name;
  const installed = join(cache, name);
  if (existsSync(installed)) return installed;
  const built = await finished('env', [`GOBIN=${cache}`, 'GOFLAGS=-mod=mod', 'go', 'install', source], 300_000);
  return built.code === 0 && existsSync(installed) ? installed : undefined;
}

/** A Python in which `module` can be imported; undefined where there is none. */
export async function pythonWith(module: string): Promise<string | undefined> {
  const named = process.env.DOOR_PYTHON ?? 'python3';
  return (await finished(named, ['-c', `import ${module}`])).code === 0 ? named : undefined;
}
