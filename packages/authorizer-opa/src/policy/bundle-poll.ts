import { createHash } from 'node:crypto';
import type { HttpClient } from '@cfg/service';
import { fromBytes, type LoadedPolicy, type LoadOptions } from './load.js';

export interface PollOptions {
  readonly url: URL;
  readonly load: LoadOptions;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Returns the header `authorization` of the next request; undefined for none. */
  readonly authorization: () => string | undefined | Promise<string | undefined>;
  /** Told of each new policy. */
  readonly onPolicy: (loaded: LoadedPolicy) => void;
  /** Told each time that no policy could be had or used; the one before stays. */
  readonly onError: (error: unknown) => void;
}

/** Asks for a policy again and again, by its ETag, and hands on each that is new and can be used. */
export class BundlePoll {
  readonly #http: HttpClient;
  readonly #options: PollOptions;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<boolean> | undefined;
  /** Of the policy in use. */
  #etag: string | undefined;
  #digest = '';

  constructor(http: HttpClient, options: PollOptions) {
    this.#http = http;
    this.#options = options;
  }

  /**
   * Asks once, now. Resolves with whether there was a new policy; rejects where none can be had or used. Calls at the same
   * time share one request.
   */
  ask(): Promise<boolean> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Asks every `intervalMs` from now on, a tenth more or less, so that many servers do not ask at the same moment. */
  start(): void {
    if (this.#stop.signal.aborted) return;
    const waitMs = this.#options.intervalMs * (0.9 + Math.random() * 0.2);
    this.#timer = setTimeout(() => void this.#next(), waitMs).unref();
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  async #next(): Promise<void> {
    try {
      await this.ask();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#options.onError(error);
    }
    this.start();
  }

  async #ask(): Promise<boolean> {
    const { url, load, timeoutMs, authorization, onPolicy } = this.#options;
    const { signal } = this.#stop;
    const credential = await authorization();
    const reply = await this.#http.get(url, {
      headers: {
        ...(credential !== undefined && { authorization: credential }),
        ...(this.#etag !== undefined && { 'if-none-match': this.#etag }),
      },
      signal,
      timeoutMs,
      maxBytes: load.maxPolicyBytes,
      followRedirects: true,
    });
    if (reply.status === 304) return false;
    const digest = createHash('sha256').update(reply.body).digest('hex');
    // A server without ETags sends the same again.
    const isNew = digest !== this.#digest;
    if (isNew) {
      const loaded = await fromBytes(reply.body, load, signal);
      signal.throwIfAborted();
      onPolicy(loaded);
    }
    // Only of what is in use: a policy that cannot be used is asked for, and told of, again.
    this.#digest = digest;
    this.#etag = reply.etag;
    return isNew;
  }
}
