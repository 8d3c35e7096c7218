import type { Ring } from '../ring/ring.js';
import type { Bus, Listener } from './bus.js';
import type { Simulation } from './simulation.js';

/** The state that outlives the nodes of a simulated cluster. */
export interface Surroundings {
  readonly simulation: Simulation;
  readonly bus: Bus;
  /** The ownership records, as in a shared SQL table: owners by namespace. */
  readonly claims: Map<string, string>;
  /** Kept epochs by node: each node's disk. */
  readonly epochs: Map<string, number>;
  readonly heartbeatMs: number;
  readonly failureTimeoutMs: number;
}

/** A process that can be stopped for a while (SIGSTOP, a laptop asleep): what comes meanwhile waits. */
export abstract class SimulatedNode implements Listener {
  readonly id: string;
  readonly bornAt: number;
  protected readonly around: Surroundings;
  #state: 'running' | 'paused' | 'ended' = 'running';
  readonly #backlog: (() => void)[] = [];

  constructor(id: string, around: Surroundings) {
    this.id = id;
    this.around = around;
    this.bornAt = around.simulation.now();
    around.bus.attach(this);
  }

  abstract readonly ring: Ring;
  abstract claim(namespace: string): void;
  /** Ends in order: says goodbye. */
  abstract leave(): void;
  /** Handles what was received; never called while paused. */
  protected abstract handle(bytes: Uint8Array): void;

  get isUp(): boolean {
    return this.#state !== 'ended';
  }

  receive(bytes: Uint8Array): void {
    this.whenRunning(() => this.handle(bytes));
  }

  /** Ends at once, without a word. */
  crash(): void {
    this.#state = 'ended';
    this.around.bus.detach(this);
  }

  pause(forMs: number): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.around.simulation.after(forMs, () => this.#resume());
  }

  /** A timer of the process: it comes late if the process is paused, and never if it has ended. */
  protected timer(delayMs: number, task: () => void): () => void {
    return this.around.simulation.after(delayMs, () => this.whenRunning(task));
  }

  protected repeat(everyMs: number, task: () => void): void {
    this.timer(everyMs, () => {
      task();
      this.repeat(everyMs, task);
    });
  }

  private whenRunning(task: () => void): void {
    if (this.#state === 'running') task();
    else if (this.#state === 'paused') this.#backlog.push(task);
  }

  #resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    for (const task of this.#backlog.splice(0)) this.whenRunning(task);
  }
}
