import { ConfigError } from '@cfg/core';

/** Something that goes on until it is told to end. */
export interface Endable {
  end(error: unknown): void;
}

/** Which streams are open, so that they can be ended when the server goes down, and no new one begins then. */
export class Draining {
  #open = new Set<Endable>();
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  /** Throws `unavailable` when the server is going down. */
  add(stream: Endable): void {
    if (this.#begun) throw goingDown();
    this.#open.add(stream);
  }

  delete(stream: Endable): void {
    this.#open.delete(stream);
  }

  /** Ends every open stream, with an error that makes its client go elsewhere. Twice is fine. */
  begin(): void {
    this.#begun = true;
    for (const stream of this.#open) stream.end(goingDown());
    this.#open.clear();
  }
}

export const goingDown = (): ConfigError => new ConfigError('unavailable', 'the server is going down');
