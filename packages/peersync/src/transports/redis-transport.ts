import { ConfigError, type Health, type Logger, safeLogger } from '@cfg/core';
import { Redis, type RedisOptions } from 'ioredis';
import type { Member } from '../ring/ring-state.js';
import type { Transport, TransportEvents } from './transport.js';

/** The channel that the original uses. */
export const defaultChannel = 'config:sync';

export interface RedisTransportOptions {
  /** The channel of the cluster. Default `config:sync`. */
  readonly channel?: string | undefined;
  /** How long connecting waits for Redis, in milliseconds, before it goes on without and tries in the background. Default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Settings of ioredis: TLS, credentials, database. */
  readonly redis?: Omit<RedisOptions, 'replyMapping'> | undefined;
  /** Told of lost connections. Default silent. */
  readonly logger?: Logger | undefined;
}

/**
 * Gossip over Redis publish/subscribe, as the original does it. While Redis is away the node works on with the ring that
 * it knows, tries to come back, and says so in its health; when it is back, it subscribes again and the ring is told anew.
 *
 * @example
 * const transport = redisTransport('redis://127.0.0.1:6379', { channel: 'config:sync' });
 */
export function redisTransport(url: string, options: RedisTransportOptions = {}): Transport {
  return new RedisTransport(url, options);
}

class RedisTransport implements Transport {
  readonly tellsMembers = false;
  readonly #channel: string;
  readonly #connectTimeoutMs: number;
  readonly #logger: Required<Logger>;
  /** A connection that subscribes can do nothing else. */
  readonly #subscriber: Redis;
  readonly #publisher: Redis;
  #isSubscribed = false;
  #wasSubscribed = false;
  #fault = 'not connected';

  constructor(url: string, options: RedisTransportOptions) {
    if (!/^rediss?:\/\//.test(url))
      throw new ConfigError('invalid_argument', 'the address of Redis is redis://… or rediss://…');
    this.#channel = options.channel ?? defaultChannel;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
    this.#logger = safeLogger(options.logger);
    const settings: Omit<RedisOptions, 'replyMapping'> = {
      retryStrategy: (attempt) => Math.min(5_000, 50 * 2 ** Math.min(attempt, 10)),
      ...options.redis,
      protocol: 2, // works with servers of any age
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      autoResubscribe: false,
      // Gossip that waits is stale gossip.
      enableOfflineQueue: false,
    };
    this.#subscriber = new Redis(url, settings);
    this.#publisher = new Redis(url, settings);
  }

  async connect(_self: Member, events: TransportEvents): Promise<void> {
    this.#subscriber.on('messageBuffer', (_channel: Buffer, bytes: Buffer) => events.received(bytes));
    for (const connection of [this.#subscriber, this.#publisher]) {
      connection.on('error', (error: Error) => this.#lost(error.message || 'no connection to Redis'));
      connection.on('close', () => this.#lost('the connection to Redis is closed'));
    }
    const first = new Promise<void>((resolve) => {
      this.#subscriber.on('ready', () => void this.#subscribe(events).then(resolve));
    });
    this.#subscriber.connect().catch(() => {}); // it is tried again
    this.#publisher.connect().catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#connectTimeoutMs);
    });
    await Promise.race([first, waited]);
    clearTimeout(timer);
  }

  async publish(bytes: Uint8Array): Promise<void> {
    try {
      await this.#publisher.publish(this.#channel, Buffer.from(bytes));
    } catch (error) {
      throw new ConfigError('unavailable', `Redis: ${(error as Error).message}`, { cause: error });
    }
  }

  async health(): Promise<Health> {
    if (!this.#isSubscribed) return { ok: false, message: `Redis: ${this.#fault}` };
    try {
      await this.#publisher.ping();
      return { ok: true };
    } catch (error) {
      return { ok: false, message: `Redis: ${(error as Error).message}` };
    }
  }

  async close(): Promise<void> {
    this.#isSubscribed = false;
    this.#fault = 'closed';
    this.#subscriber.disconnect();
    this.#publisher.disconnect();
  }

  async #subscribe(events: TransportEvents): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#channel);
    } catch (error) {
      this.#lost((error as Error).message);
      return;
    }
    this.#isSubscribed = true;
    if (this.#wasSubscribed) events.reopened();
    this.#wasSubscribed = true;
  }

  #lost(fault: string): void {
    if (this.#fault === 'closed') return;
    if (this.#isSubscribed) this.#logger.warn({ fault }, 'lost Redis');
    this.#isSubscribed = this.#isSubscribed && this.#subscriber.status === 'ready';
    this.#fault = fault;
  }
}
