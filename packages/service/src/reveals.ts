import type { Change, Entry, Logger } from '@cfg/core';
import type { Maybe } from '@cfg/core/store';
import type { Call, Revealed } from './call.js';
import { asked } from './handlers/handler.js';
import { readable } from './handlers/readable.js';
import { isPromise } from './maybe.js';
import type { Stage } from './middleware/stage.js';

/** Where the entries of an answer are: in the namespace, of one key or below a prefix. */
export interface Shelf {
  readonly namespace: string;
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
}

/** Whether there is a secret to show. */
export const isHidden = ({ secret, masked }: Entry): boolean => secret && !masked;

/** The entries without the secrets among them. */
export const maskAll = (entries: readonly Entry[]): readonly Entry[] =>
  entries.some(isHidden) ? entries.map((entry) => (isHidden(entry) ? entry.asMasked() : entry)) : entries;

/**
 * Shows secrets to those whom the guard allows to `reveal` them, and masks them for all others. Each reveal is told to
 * the stages; where none of them takes note of it, to the log.
 */
export class Reveals {
  readonly #stages: readonly Stage[];
  readonly #logger: Logger;

  constructor(stages: readonly Stage[], logger: Logger) {
    this.#stages = stages.filter((stage) => stage.reveal !== undefined);
    this.#logger = logger;
  }

  /** The one entry that was asked for. Throws `permission_denied` rather than showing a mask to who did not ask for one. */
  one(call: Call, entry: Entry): Maybe<Entry> {
    if (!isHidden(entry)) return entry;
    if (call.wantsMasks) return entry.asMasked();
    const { namespace, key, version } = entry;
    const shown = (): Entry => {
      this.note(call, { namespace, key, prefix: '', count: 1, version });
      return entry;
    };
    const waiting = call.authorize([asked('reveal', namespace, key)]);
    return waiting === undefined ? shown() : waiting.then(shown);
  }

  /** Entries of an answer, those masked that the caller may not reveal. */
  async all(call: Call, entries: readonly Entry[], shelf: Shelf): Promise<readonly Entry[]> {
    const hidden = entries.filter(isHidden);
    if (hidden.length === 0) return entries;
    if (call.wantsMasks) return maskAll(entries);
    if (await this.allows(call, shelf)) {
      this.#noteAll(call, hidden, shelf);
      return entries;
    }
    if (shelf.key !== undefined) return maskAll(entries);
    // Of the whole it may not; of some of them it may.
    const shown = new Set(await readable(call, hidden, ({ namespace, key }) => asked('reveal', namespace, key)));
    if (shown.size > 0) this.#noteAll(call, [...shown], shelf);
    return entries.map((entry) => (isHidden(entry) && !shown.has(entry) ? entry.asMasked() : entry));
  }

  /** A change of a watch. */
  change(call: Call, change: Change): Maybe<Change> {
    const { entry } = change;
    if (!isHidden(entry)) return change;
    if (call.wantsMasks) return change.asMasked();
    const { namespace, key, version } = entry;
    const decided = (allowed: boolean): Change => {
      if (!allowed) return change.asMasked();
      this.note(call, { namespace, key, prefix: '', count: 1, version });
      return change;
    };
    const allowed = call.allows(asked('reveal', namespace, key));
    return isPromise(allowed) ? allowed.then(decided) : decided(allowed);
  }

  /** Whether the caller may reveal everything there. */
  allows(call: Call, { namespace, key = '', prefix = '' }: Shelf): Maybe<boolean> {
    return call.allows(asked('reveal', namespace, key, prefix));
  }

  /** Takes note of what the call shows. */
  note(call: Call, revealed: Revealed): void {
    if (this.#stages.length === 0) {
      const { method, peer, identity } = call;
      this.#logger.info({ method, peer, user: identity.userId, ...revealed }, 'secrets revealed');
    }
    for (const stage of this.#stages) {
      try {
        stage.reveal?.(call, revealed);
      } catch (error) {
        this.#logger.error({ err: error, method: call.method }, 'a stage failed to take note of a reveal');
      }
    }
  }

  #noteAll(call: Call, entries: readonly Entry[], { namespace, key = '', prefix = '' }: Shelf): void {
    const [only] = entries;
    const one = entries.length === 1 ? only : undefined;
    this.note(call, {
      namespace,
      key: one?.key ?? key,
      prefix: one === undefined ? prefix : '',
      count: entries.length,
      version: one?.version,
    });
  }
}
