import type { CallContext } from 'nice-grpc';
import type { Note } from './definitions.js';
import { cancelled } from './notes.js';

/** Numbered events, of which each watcher gets all from the one on that was next when it came. */
export class Broadcast {
  #events: Note[] = [];
  #first = 0;
  #wake = Promise.withResolvers<void>();

  send(): void {
    this.#events.push({ text: 'event', count: this.#first + this.#events.length });
    if (this.#events.length > 20_000) this.#first += this.#events.splice(0, 10_000).length;
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** The answer to one watcher. */
  async *watch(context: CallContext): AsyncGenerator<Note> {
    const ended = cancelled(context);
    context.sendHeader();
    for (let next = this.#first + this.#events.length; !context.signal.aborted; ) {
      const event = this.#events[next - this.#first];
      if (event === undefined) {
        if (next < this.#first) throw new Error('a watcher fell too far behind');
        await Promise.race([this.#wake.promise, ended]);
      } else {
        next += 1;
        yield event;
      }
    }
  }
}
