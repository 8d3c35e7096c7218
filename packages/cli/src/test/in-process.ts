import type { run as Run } from '../program/run.js';
import type { Result } from './program.js';

/** As it is built, like what the program is made of. */
const { run }: { run: typeof Run } = await import(new URL('../../dist/index.js', import.meta.url).href);

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `cfg` by its function in this process, in the folder `env.HOME`: a tenth of the work of a process of its own. For
 * commands that ask a server, and neither read stdin nor start others. One at a time, as they share this process's stdout.
 */
export function runInProcess(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Result> {
  const result = last.then(() => printedBy(args, env));
  last = result.catch(() => {});
  return result;
}

async function printedBy(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Result> {
  const stdout = listen(process.stdout);
  const stderr = listen(process.stderr);
  const before = process.cwd();
  process.chdir(env.HOME ?? before);
  try {
    const code = await run(args, env);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    process.chdir(before);
    stdout.end();
    stderr.end();
  }
}

/** Takes what is written to `stream`, until `end()`. */
function listen(stream: NodeJS.WriteStream): { text(): string; end(): void } {
  const chunks: Buffer[] = [];
  const { write } = stream;
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    chunks.push(Buffer.from(chunk as string));
    const done = rest.find((each) => typeof each === 'function');
    done?.();
    return true;
  };
  const end = (): void => {
    stream.write = write;
  };
  return { text: () => Buffer.concat(chunks).toString(), end };
}
