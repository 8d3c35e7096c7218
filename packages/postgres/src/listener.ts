import type { Logger } from '@cfg/core';
import { Backoff } from '@cfg/core/store';
import type { Client } from 'pg';
import { reasonOf } from './fault.js';

const reconnect = { initialMs: 100, maxMs: 10_000 } as const;

export interface ListenerOptions {
  /** Makes a connection, not yet open. */
  readonly newClient: () => Client;
  /** Checked: it needs no quotes. */
  readonly channel: string;
  /** The payload that this server itself sends, which is passed over. */
  readonly origin: string;
  /** Called when another server may have written: it said so, or nobody would have heard it. */
  readonly onWake: () => void;
  /**
   * How often the connection is asked whether it is still there, in milliseconds: a cut network says nothing. Default
   * 10,000.
   */
  readonly probeMs?: number;
  readonly logger: Logger;
}

/** Hears the notifications of other servers on a connection of its own, which it opens again whenever it is lost. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const backoff = new Backoff(reconnect);
    while (!signal.aborted) {
      try {
        await this.#listen(backoff);
      } catch (error) {
        if (signal.aborted) return;
        if (backoff.failures === 0) {
          this.#options.logger.warn({ reason: reasonOf(error) }, 'changes of other servers come by polling for now');
        }
        backoff.failed();
        await backoff.wait(signal).catch(() => {});
      }
    }
  }

  /** Listens until the connection is lost, which throws, or the listener closed. */
  async #listen(backoff: Backoff): Promise<void> {
    const { newClient, channel, origin, onWake, probeMs = 10_000, logger } = this.#options;
    const { signal } = this.#closing;
    const client = newClient();
    const ended = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection ended')));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    ended.catch(() => {});
    client.on('notification', ({ payload }) => {
      if (payload !== origin) onWake();
    });
    let probe: NodeJS.Timeout | undefined;
    try {
      await Promise.race([client.connect(), ended]);
      await client.query(`LISTEN ${channel}`);
      if (backoff.failures > 0) logger.info({}, 'changes of other servers come by notification again');
      backoff.succeeded();
      // Changes of the time while nobody listened are in the log.
      onWake();
      let isAsked = false;
      probe = setInterval(() => {
        if (isAsked) return;
        isAsked = true;
        client.query('SELECT 1').then(
          () => {
            isAsked = false;
          },
          (error: unknown) => client.emit('error', error),
        );
      }, probeMs);
      probe.unref();
      await ended;
    } finally {
      clearInterval(probe);
      void client.end().catch(() => {});
    }
  }
}
