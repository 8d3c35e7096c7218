import { Worker } from 'node:worker_threads';
import { isCompilerThere } from './compiler-file.js';
import { RegoError, type RegoFault } from './rego-error.js';

/** The request to the compiler, one line of JSON. */
export interface CompilerRequest {
  readonly modules: Readonly<Record<string, string>>;
  readonly entrypoints: readonly string[];
  readonly regoVersion: 0 | 1;
}

/** The module, or what is wrong. */
export type CompilerAnswer = Uint8Array<ArrayBuffer> | readonly RegoFault[];

/** The worker as it is built: this file may run from `src`, with types, or from `dist`. */
const workerFile = new URL('../dist/compiler-worker.js', import.meta.url);

let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs the compiler over some requests, one after the other, in a thread of its own. Runs take turns, for each takes some
 * 250 MB.
 */
export function runCompiler(
  requests: readonly CompilerRequest[],
  signal?: AbortSignal | undefined,
): Promise<CompilerAnswer[]> {
  const run = turn.then(() => runWorker(requests, signal));
  turn = run.catch(() => {});
  return run;
}

async function runWorker(
  requests: readonly CompilerRequest[],
  signal: AbortSignal | undefined,
): Promise<CompilerAnswer[]> {
  signal?.throwIfAborted();
  if (!isCompilerThere()) {
    throw new RegoError('the compiler of @cfg/rego is not built: node tools/rego-compiler/build.mjs builds it');
  }
  const workerData = requests.map((request) => JSON.stringify(request)).join('\n');
  const worker = new Worker(workerFile, { workerData, execArgv: [], name: 'rego-compiler' });
  const { promise, resolve, reject } = Promise.withResolvers<CompilerAnswer[]>();
  const answers: CompilerAnswer[] = [];
  worker.on('message', (line: string) => answers.push(answerOf(line)));
  worker.on('error', (cause) => reject(new RegoError('the compiler failed', [], { cause })));
  worker.on('exit', () => {
    if (answers.length === requests.length) resolve(answers);
    else reject(new RegoError('the compiler ended before it had answered'));
  });
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

interface Line {
  /** In base64. */
  readonly wasm?: string;
  readonly faults?: readonly { code: string; message: string; file?: string; row?: number }[];
}

function answerOf(line: string): CompilerAnswer {
  const { wasm, faults = [] }: Line = JSON.parse(line);
  if (wasm !== undefined) return Uint8Array.from(Buffer.from(wasm, 'base64'));
  return faults.map(({ code, message, file, row }) => ({ code, message, file, line: row }));
}
