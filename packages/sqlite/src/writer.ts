import { Worker } from 'node:worker_threads';
import { type CompactionState, ConfigError } from '@cfg/core';
import { type Commit, type DataKeys, fromPlainCommit, type Operation } from '@cfg/core/store';
import type { WriterSettings } from './options.js';
import { fromPlainFault, type Reply, type Request } from './writer-messages.js';

// Tests run the sources; a thread needs what was built of them.
const entry = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/writer-thread.js' : './writer-thread.js',
  import.meta.url,
);

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** The thread that writes, as seen by the one that reads. If it dies, the next request starts another. */
export class Writer {
  readonly #settings: WriterSettings;
  #worker: Worker | undefined;
  #keys: DataKeys = { keys: new Map() };
  #compaction: CompactionState | undefined;
  /** Requests that are not answered yet, in order. */
  #waiting: Waiting[] = [];

  constructor(settings: WriterSettings) {
    this.#settings = settings;
  }

  /** Starts the thread, and opens the file there. */
  async open(): Promise<void> {
    await this.#ask({ do: 'open' });
  }

  /** Passes the data keys on. */
  async load(keys: DataKeys): Promise<void> {
    this.#keys = keys;
    await this.#ask({ do: 'load', keys });
  }

  /** The counts of what the thread has dropped, as of its last answer; they begin anew when the file is opened anew. */
  get compaction(): CompactionState | undefined {
    return this.#compaction;
  }

  /** If this fails, nothing was done, unless the thread died. */
  async commit(operations: readonly Operation[], nowMs: number): Promise<Commit> {
    const reply = await this.#ask({ do: 'commit', operations, nowMs });
    if (reply.commit === undefined) throw new TypeError('the thread answered no commit');
    return fromPlainCommit(reply.commit, operations);
  }

  /** Does a little of what need not be done within a commit. Returns whether there is more. */
  async upkeep(nowMs: number): Promise<boolean> {
    return (await this.#ask({ do: 'upkeep', nowMs })).more ?? false;
  }

  /** Makes sure that a write goes through, down to the disk. Fails with what stands in its way. */
  async probe(): Promise<void> {
    await this.#ask({ do: 'probe' });
  }

  /** After what was asked before. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    try {
      await this.#ask({ do: 'close' });
    } finally {
      await worker.terminate();
    }
  }

  async #ask(request: Request): Promise<Extract<Reply, { done: true }>> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // Keeps the process alive for as long as something is being written.
      worker.ref();
      worker.postMessage(request);
    });
    if (!reply.done) throw fromPlainFault(reply.fault);
    this.#compaction = reply.compaction ?? this.#compaction;
    return reply;
  }

  #start(): Worker {
    // SQLite's warning of Node.js 22 has been shown by the thread that reads.
    const execArgv = ['--disable-warning=ExperimentalWarning'];
    const worker = new Worker(entry, { workerData: { ...this.#settings, keys: this.#keys }, execArgv });
    worker.unref();
    worker.on('message', (reply: Reply) => {
      this.#waiting.shift()?.resolve(reply);
      if (this.#waiting.length === 0) worker.unref();
    });
    let cause: unknown;
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      const error = new ConfigError('unavailable', 'the thread that writes the SQLite file ended', { cause });
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
    return worker;
  }
}
