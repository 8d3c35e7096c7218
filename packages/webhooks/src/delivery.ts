import { type Change, ConfigError, isConfigError, type Logger, type Revisioned, type Store } from '@cfg/core';
import { Backoff, type BackoffOptions, backoffMs, sleep } from '@cfg/core/store';
import type { LedgerEntry, LedgerNote, WebhookLedger } from './ledger.js';
import { changeMessage, gapMessage, type Message } from './message.js';
import type { Sender } from './sender.js';
import type { CheckedTarget } from './target.js';

export interface DeliverySettings {
  readonly ledger: WebhookLedger;
  /** This server's name for itself, among all that share the ledger. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly backoff: BackoffOptions;
  readonly giveUpAfterMs: number;
  readonly logger: Required<Logger>;
}

/** How a target is doing, as this server knows. */
export interface DeliveryStatus {
  readonly target: string;
  /**
   * `waiting`: another server delivers, or the positions cannot be had; `delivering`: all is well; `failing`: the last
   * attempt failed, and is repeated; `dead`: given up, until an operator says otherwise.
   */
  readonly state: 'waiting' | 'delivering' | 'failing' | 'dead';
  /** The target has every change up to here. */
  readonly revision: number;
  /** Attempts that failed in a row, and why the last of them did. */
  readonly attempts: number;
  readonly reason: string;
  /** Since this server began: messages that arrived, attempts that failed, and gaps in the log. */
  readonly delivered: number;
  readonly failed: number;
  readonly gaps: number;
}

/** Changes that are not for the target are passed over; the position is noted after so many. */
const noteEvery = 1_000;

/** Brings one target up to date, and keeps it so: one message at a time, in the order of the log. */
export class Delivery {
  readonly #store: Store & Revisioned;
  readonly #target: CheckedTarget;
  readonly #sender: Sender;
  readonly #settings: DeliverySettings;
  readonly #backoff: Backoff;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  #held = false;
  #note: LedgerNote = {
    revision: 0,
    logId: '',
    state: 'active',
    attempts: 0,
    failingSinceMs: 0,
    stuckAt: 0,
    reason: '',
  };
  #delivered = 0;
  #failed = 0;
  #gaps = 0;

  constructor(store: Store & Revisioned, target: CheckedTarget, sender: Sender, settings: DeliverySettings) {
    this.#store = store;
    this.#target = target;
    this.#sender = sender;
    this.#settings = settings;
    this.#backoff = new Backoff(settings.backoff);
    this.#running = this.#run(this.#end.signal);
  }

  get status(): DeliveryStatus {
    const { revision, attempts, reason, state } = this.#note;
    const active = attempts > 0 ? 'failing' : 'delivering';
    return {
      target: this.#target.name,
      state: this.#held ? (state === 'dead' ? 'dead' : active) : 'waiting',
      revision,
      attempts,
      reason,
      delivered: this.#delivered,
      failed: this.#failed,
      gaps: this.#gaps,
    };
  }

  /** Cuts off an attempt that is under way; it will be made again. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#running;
    this.#sender.close();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { ledger, owner, leaseMs, logger } = this.#settings;
    const { name: target } = this.#target;
    while (!signal.aborted) {
      try {
        const entry = await this.#claim();
        this.#held = entry !== undefined;
        if (entry === undefined) await sleep(leaseMs / 2, signal);
        else await this.#hold(entry, signal);
      } catch (error) {
        if (signal.aborted) break;
        this.#backoff.failed();
        logger.error({ err: error, target }, 'webhooks are interrupted');
        await this.#backoff.wait(signal).catch(() => {});
      }
    }
    await ledger.release(target, owner).catch(() => {});
  }

  /** Holds the target until this server is closed, loses it, or an operator has changed where it stands. */
  async #hold(entry: LedgerEntry, closed: AbortSignal): Promise<void> {
    const { target: _, ...note } = entry;
    this.#note = note;
    const turn = new AbortController();
    const beating = setInterval(() => {
      const noted = this.#note;
      const isReset = (now: LedgerEntry): boolean => noted === this.#note && noted.attempts > now.attempts;
      this.#claim().then(
        (now) => (now === undefined || isReset(now)) && turn.abort(),
        () => {}, // what is noted next will fail as well
      );
    }, this.#settings.leaseMs / 3);
    const signal = AbortSignal.any([closed, turn.signal]);
    try {
      if (note.state === 'dead') await aborted(signal);
      else await this.#follow(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      clearInterval(beating);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { namespaces, prefixes } = this.#target;
    const { revision, logId } = this.#note;
    const filter = { namespaces, prefixes: prefixes.includes('') ? undefined : prefixes };
    const options = { startRevision: revision, logId, resume: false, progress: true, signal };
    try {
      for await (const event of this.#store.watch(filter, options)) {
        this.#backoff.succeeded();
        if (event.type === 'progress') await this.#move(event.revision);
        else await this.#handle(event, signal);
        if (this.#note.state === 'dead') return;
      }
    } catch (error) {
      if (!isConfigError(error, 'revision_compacted')) throw error;
      await this.#skipGap(signal);
    }
  }

  async #handle(change: Change, signal: AbortSignal): Promise<void> {
    const { wants, values } = this.#target;
    const { revision, entry } = change;
    if (wants(entry.namespace, entry.key)) {
      const message = changeMessage(change, this.#note.logId, values);
      if (await this.#deliver(message, revision, signal)) await this.#move(revision);
    } else if (revision - this.#note.revision >= noteEvery) {
      await this.#move(revision);
    }
  }

  /** Tells the target which part of the log is gone, and then goes on with the changes that the log still has. */
  async #skipGap(signal: AbortSignal): Promise<void> {
    const { logger } = this.#settings;
    const { oldestRevision, logId } = await this.#store.revision(undefined, { signal });
    const { revision } = this.#note;
    logger.error({ target: this.#target.name, revision, oldestRevision }, 'changes are lost for a webhook');
    this.#gaps += 1;
    const isDelivered = await this.#deliver(gapMessage(revision, oldestRevision, logId), oldestRevision, signal);
    if (isDelivered) await this.#noteDown({ ...this.#note, revision: oldestRevision, logId });
  }

  /** Sends until it arrives; false once that is given up. Rejects with the signal's reason. */
  async #deliver(message: Message, revision: number, signal: AbortSignal): Promise<boolean> {
    const { backoff, giveUpAfterMs, logger } = this.#settings;
    for (;;) {
      const outcome = await this.#sender.send(message, signal);
      if (outcome.delivered) {
        this.#delivered += 1;
        return true;
      }
      signal.throwIfAborted();
      this.#failed += 1;
      const { reason, retryAfterMs = 0, gone = false } = outcome;
      const attempts = this.#note.attempts + 1;
      const failingSinceMs = this.#note.failingSinceMs || Date.now();
      const isDead = gone || Date.now() - failingSinceMs >= giveUpAfterMs;
      const state = isDead ? 'dead' : 'active';
      await this.#noteDown({ ...this.#note, attempts, failingSinceMs, stuckAt: revision, reason, state });
      const fields = { target: this.#target.name, revision, attempts, reason };
      if (isDead) {
        logger.error(fields, 'a webhook is given up');
        return false;
      }
      logger.warn(fields, 'a webhook cannot be delivered');
      await sleep(Math.max(backoffMs(backoff, attempts), Math.min(retryAfterMs, backoff.maxMs)), signal);
    }
  }

  /** The target has everything up to here. */
  async #move(revision: number): Promise<void> {
    const { logId } = this.#note;
    await this.#noteDown({ revision, logId, state: 'active', attempts: 0, failingSinceMs: 0, stuckAt: 0, reason: '' });
  }

  async #noteDown(note: LedgerNote): Promise<void> {
    const { ledger, owner } = this.#settings;
    if (!(await ledger.note(this.#target.name, owner, note))) {
      throw new ConfigError('unavailable', 'another server has taken over the webhook');
    }
    this.#note = note;
  }

  /** A new target begins with the changes to come. */
  async #claim(): Promise<LedgerEntry | undefined> {
    const { ledger, owner, leaseMs } = this.#settings;
    const from = this.#note.logId === '' ? await this.#store.revision() : this.#note;
    return ledger.claim(this.#target.name, owner, leaseMs, from);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
