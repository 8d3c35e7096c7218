import { randomInt } from '../clock.js';
import type { Simulation } from './simulation.js';

/** The probabilities of the faults on the way, each from 0 to 1. */
export interface Faults {
  /** Share of messages that are lost. */
  loss: number;
  /** Share of messages that arrive twice. */
  duplication: number;
  /** Share of messages that come late: after seconds. */
  lateness: number;
}

/** Longest time that a message is on its way: long enough that messages overtake each other. */
const slowestMs = 80;

/** The same for one that comes late: longer than its sender waits for the answer. */
const latestMs = 6_000;

/** A network of named nodes, with loss, delay, duplication, re-ordering, and cuts in one or both directions. */
export class Network {
  readonly faults: Faults = { loss: 0, duplication: 0, lateness: 0 };
  readonly #simulation: Simulation;
  readonly #cuts = new Set<string>();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** Nothing from `from` reaches `to` any more. */
  cut(from: string, to: string): void {
    this.#cuts.add(`${from}→${to}`);
  }

  mend(from: string, to: string): void {
    this.#cuts.delete(`${from}→${to}`);
  }

  /** No faults and no cuts from now on. */
  heal(): void {
    this.faults.loss = 0;
    this.faults.duplication = 0;
    this.faults.lateness = 0;
    this.#cuts.clear();
  }

  reaches(from: string, to: string): boolean {
    return !this.#cuts.has(`${from}→${to}`);
  }

  /** Delivers a message, later, or not, or twice. To oneself it always arrives, once. */
  send(from: string, to: string, deliver: () => void): void {
    const { random } = this.#simulation;
    const local = from === to;
    if (!local && (!this.reaches(from, to) || random() < this.faults.loss)) return;
    const copies = !local && random() < this.faults.duplication ? 2 : 1;
    // No random number is drawn where there is none: the runs of a seed stay as they are.
    const isLate = !local && this.faults.lateness > 0 && random() < this.faults.lateness;
    const longestMs = isLate ? latestMs : slowestMs;
    for (let i = 0; i < copies; i++) this.#simulation.after(1 + randomInt(random, longestMs), deliver);
  }
}
