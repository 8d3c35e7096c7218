/** How well this node itself does, as the Lifeguard extension of SWIM has it: 0 is well, more is slower probing. */
export class Health {
  readonly #most: number;
  #score = 0;

  /** `below`: the score stays below it. */
  constructor(below: number) {
    this.#most = below - 1;
  }

  get score(): number {
    return this.#score;
  }

  change(by: number): void {
    this.#score = Math.min(this.#most, Math.max(0, this.#score + by));
  }
}
