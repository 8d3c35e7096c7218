import { randomUUID } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { hostname } from 'node:os';
import { ConfigError, can, type Logger, type Store, safeLogger } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import { Delivery, type DeliveryStatus } from './delivery.js';
import type { WebhookLedger } from './ledger.js';
import { Sender } from './sender.js';
import { checkTargets, type WebhookTarget } from './target.js';

/** Numbers are whole, in milliseconds, from 1 to 2³¹ − 1. */
export interface WebhooksOptions {
  readonly targets: readonly WebhookTarget[];
  /** Where positions are kept. */
  readonly ledger: WebhookLedger;
  /** How long an attempt may take. Default 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Bound of the random wait after the first failure, doubled with each further one in a row. Default 1,000. */
  readonly initialBackoffMs?: number | undefined;
  /** Largest bound; also of what a receiver asks for by `retry-after`. Default 300,000. */
  readonly maxBackoffMs?: number | undefined;
  /**
   * After failing for so long a target is dead: nothing is sent until an operator lets it be tried again. Default three
   * days. A receiver that answers with 410 is dead at once.
   */
  readonly giveUpAfterMs?: number | undefined;
  /** Of servers with one ledger, another takes over a target after its server was silent for so long. Default 5,000. */
  readonly leaseMs?: number | undefined;
  /** Told of messages that do not arrive. Default: silent. */
  readonly logger?: Logger | undefined;
  /** How names become addresses. Default: the system's way, `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined;
}

/** The targets of a store, each being told of changes. */
export interface Webhooks extends AsyncDisposable {
  status(): readonly DeliveryStatus[];
  /** Stops telling, and gives up the hold of the targets. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Tells programs elsewhere of changes: each change that a target wants is posted to its URL as JSON, signed as the
 * Standard Webhooks specification says. A target gets every change at least once and in the order of the log, also
 * across failures, restarts and crashes, for as long as the log keeps what it has not got; where changes are lost, it
 * gets a message `config.gap`. A new target begins with the changes to come.
 *
 * The store and the ledger's connection stay yours to close. Rejects with `invalid_argument` for an option that is wrong,
 * which it names, `unsupported` for a store without revisions, and `unavailable` where the ledger cannot be had.
 *
 * @example
 * await using webhooks = await openWebhooks(store, {
 *   targets: [{ name: 'deploys', url: 'https://deploys.example.com/config', secret: 'whsec_…', namespaces: ['prod*'] }],
 *   ledger: sqlLedger(new DatabaseSync('webhooks.db')),
 * });
 */
export async function openWebhooks(store: Store, options: WebhooksOptions): Promise<Webhooks> {
  const { ledger, lookup } = options;
  const whole = (name: NumericOption, standard: number): number =>
    wholeNumber(name, options[name] ?? standard, 1, maxInt32);
  const targets = checkTargets(options.targets);
  const settings = {
    ledger,
    owner: `${hostname()} ${process.pid} ${randomUUID()}`,
    leaseMs: whole('leaseMs', 5_000),
    backoff: { initialMs: whole('initialBackoffMs', 1_000), maxMs: whole('maxBackoffMs', 300_000) },
    giveUpAfterMs: whole('giveUpAfterMs', 3 * 24 * 3_600_000),
    logger: safeLogger(options.logger),
  };
  const timeoutMs = whole('timeoutMs', 15_000);
  if (!can(store, 'revisions')) throw new ConfigError('unsupported', 'webhooks need a store with revisions');
  await ledger.open();
  const deliveries = targets.map(
    (target) => new Delivery(store, target, new Sender(target, { timeoutMs, lookup }), settings),
  );
  const close = async (): Promise<void> => {
    await Promise.all(deliveries.map((delivery) => delivery.close()));
  };
  return {
    status: () => deliveries.map(({ status }) => status),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type NumericOption = 'timeoutMs' | 'initialBackoffMs' | 'maxBackoffMs' | 'giveUpAfterMs' | 'leaseMs';
