import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cfg/core';
import type { MetricsData } from '@cfg/gateway';
import { closeUntaken } from './handed-over.js';
import { type Doors, doorsVariable, type FromWorker, isMessage, logVariable, type ToWorker } from './messages.js';

/** How long after one that did not start the next is started, in milliseconds. */
const restartMs = 1_000;

/** How long a worker may take to say what it measures, in milliseconds. */
const measureMs = 2_000;

/** The worker processes of a server: as many as there should be, each with the same doors. */
export class Workers {
  readonly #doors: Doors;
  readonly #logger: Logger;
  readonly #ready = new Set<Worker>();
  readonly #asked = new Map<number, (metrics: MetricsData) => void>();
  /** The log of the store that all of them share: that of the first. */
  #logId: string | undefined;
  #isStopping = false;
  #lastId = 0;

  constructor(doors: Doors, logger: Logger) {
    this.#doors = doors;
    this.#logger = logger;
  }

  /**
   * Starts so many. The first one alone, so that it makes what all of them use, and says what is wrong. Returns false if
   * one did not start.
   */
  async start(count: number): Promise<boolean> {
    if (!(await this.#startOne())) return false;
    const started = await Promise.all(Array.from({ length: count - 1 }, () => this.#startOne()));
    return started.every(Boolean);
  }

  /** Tells all to stop, and waits until they have; what is left after `graceMs` is killed. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const all = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const ended = all.map((worker) => (worker.isDead() ? undefined : once(worker, 'exit')));
    for (const worker of all) send(worker, { cfg: 'stop' });
    const killer = setTimeout(() => {
      for (const worker of all) worker.process.kill('SIGKILL');
    }, graceMs);
    await Promise.all(ended);
    clearTimeout(killer);
  }

  /** The metrics of each worker that answers in time. */
  async measure(): Promise<readonly MetricsData[]> {
    const answers = [...this.#ready].map((worker) => {
      this.#lastId += 1;
      const id = this.#lastId;
      const { promise, resolve } = Promise.withResolvers<MetricsData | undefined>();
      this.#asked.set(id, resolve);
      const timer = setTimeout(resolve, measureMs, undefined);
      send(worker, { cfg: 'measure', id });
      return promise.finally(() => {
        clearTimeout(timer);
        this.#asked.delete(id);
      });
    });
    return (await Promise.all(answers)).filter((metrics) => metrics !== undefined);
  }

  /** Returns whether it opened its doors. */
  async #startOne(): Promise<boolean> {
    const worker = cluster.fork({
      [doorsVariable]: JSON.stringify(this.#doors),
      ...(this.#logId === undefined ? {} : { [logVariable]: this.#logId }),
    });
    closeUntaken(worker);
    const opened = Promise.withResolvers<boolean>();
    worker.on('message', (message: unknown) => {
      if (!isMessage<FromWorker>(message)) return;
      if (message.cfg === 'ready') {
        this.#logId ??= message.logId;
        this.#ready.add(worker);
        opened.resolve(true);
      } else if (message.cfg === 'wake') {
        for (const other of this.#ready) if (other !== worker) send(other, { cfg: 'wake' });
      } else {
        this.#asked.get(message.id)?.(message.metrics);
      }
    });
    worker.on('error', (error) => this.#logger.warn({ err: error, worker: worker.id }, 'a worker could not be told'));
    worker.once('exit', (code, signal) => {
      opened.resolve(false);
      if (this.#ready.delete(worker) && !this.#isStopping) {
        this.#logger.error({ worker: worker.id, pid: worker.process.pid, code, signal }, 'a worker died');
        void this.#replace();
      }
    });
    return opened.promise;
  }

  async #replace(): Promise<void> {
    while (!this.#isStopping && !(await this.#startOne())) await sleep(restartMs);
  }
}

/** One that is about to end hears nothing. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}
