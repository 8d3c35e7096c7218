// Runs the compiler once, off the main thread, and ends: its memory, some 250 MB, goes with the thread.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync } from 'node:zlib';
import { ConsoleStdout, type Fd, File, OpenFile, WASI, wasi } from '@bjorn3/browser_wasi_shim';
import { compilerFile } from './compiler-file.js';

/** Standard output: one message to the parent for each line. */
function lines(tell: (line: string) => void): Fd {
  return ConsoleStdout.lineBuffered(tell);
}

async function run(input: string): Promise<void> {
  const stdin = new OpenFile(new File(new TextEncoder().encode(input)));
  const complaints: string[] = [];
  const stdio = [stdin, lines((line) => parentPort?.postMessage(line)), lines((line) => complaints.push(line))];
  const shim = new WASI([], [], stdio, { debug: false });
  const module = await WebAssembly.compile(new Uint8Array(brotliDecompressSync(readFileSync(compilerFile))));
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: shim.wasiImport });
  const code = shim.start(instance as Parameters<WASI['start']>[0]);
  if (code !== wasi.ERRNO_SUCCESS) throw new Error(`the compiler ended with ${code}: ${complaints.join('\n')}`);
}

await run(workerData as string);
