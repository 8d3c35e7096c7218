import cluster from 'node:cluster';
import type { Wakes } from '@cfg/core/store';
import type { Metrics } from '@cfg/gateway';
import { type Doors, doorsVariable, type FromWorker, isMessage, logVariable, type ToWorker } from './messages.js';

/** A worker process, and its way to the primary one. */
export class WorkerLink {
  /** The channel by which the workers wake each other. */
  readonly wakes: Wakes;
  /** Where to open the doors, the same for all workers, also on ports that the system chose. */
  readonly doors: Doors | undefined;
  /** The log of the store that the workers share, as far as another has opened it before. */
  readonly logId: string | undefined = process.env[logVariable];
  readonly #onWake = new Set<() => void>();
  readonly #stopped = Promise.withResolvers<void>();
  #metrics: Metrics | undefined;
  #isWakeSent = false;

  /** `undefined` in a process that is no worker. */
  static ofThisProcess(): WorkerLink | undefined {
    return cluster.isWorker ? new WorkerLink() : undefined;
  }

  private constructor() {
    const doors = process.env[doorsVariable];
    this.doors = doors === undefined ? undefined : (JSON.parse(doors) as Doors);
    this.wakes = {
      tell: () => this.#tell(),
      listen: (onWake) => {
        this.#onWake.add(onWake);
        return () => void this.#onWake.delete(onWake);
      },
    };
    process.on('message', (message) => {
      if (isMessage<ToWorker>(message)) void this.#on(message);
    });
    // Without the primary there is no port.
    process.on('disconnect', () => this.#stopped.resolve());
    process.on('SIGTERM', () => this.#stopped.resolve());
    // A terminal sends it to all processes; the primary says what it means.
    process.on('SIGINT', () => {});
  }

  /** Resolves when the worker is to stop. */
  get stopped(): Promise<void> {
    return this.#stopped.promise;
  }

  /** Tells the primary that the doors are open, and which log the store has. */
  ready(logId: string): void {
    send({ cfg: 'ready', logId });
  }

  /** The primary adds up what the workers measure. */
  measure(metrics: Metrics): void {
    this.#metrics = metrics;
  }

  /** Many commits of one moment wake once. */
  #tell(): void {
    if (this.#isWakeSent) return;
    this.#isWakeSent = true;
    setImmediate(() => {
      this.#isWakeSent = false;
      send({ cfg: 'wake' });
    });
  }

  async #on(message: ToWorker): Promise<void> {
    switch (message.cfg) {
      case 'stop':
        this.#stopped.resolve();
        return;
      case 'wake':
        for (const onWake of this.#onWake) onWake();
        return;
      case 'measure': {
        const metrics = (await this.#metrics?.registry.getMetricsAsJSON().catch(() => undefined)) ?? [];
        send({ cfg: 'measured', id: message.id, metrics });
      }
    }
  }
}

/** A primary that has gone hears nothing. */
function send(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
