import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ConfigError } from '../contract/errors.js';
import type { References } from '../references/references.js';
import type { BackoffOptions } from '../util/backoff.js';
import type { Logger } from '../util/logger.js';
import type { Value } from '../value/value.js';
import { Feed, type Layer } from './feed.js';
import { PendingLive } from './live.js';
import { LiveState } from './live-state.js';
import { checkSchema } from './schema.js';
import { beginningOf, type Separator } from './shape.js';

export interface LiveOptions {
  /** The separator of the names of nested properties in keys. Default `/`: `db/tls/ca` is `tls.ca` of `db`. */
  readonly separator?: Separator | undefined;
  /**
   * How long to wait for the store until what is remembered is taken, in milliseconds: the cache file, the bootstrap
   * values, the defaults of the schema. `Infinity`: for ever. Default: the manager's `waitMs`.
   */
  readonly waitMs?: number | undefined;
}

/** The part of a manager that a live reference uses. */
export interface LiveContext {
  readonly settings: { readonly backoff: BackoffOptions; readonly logger: Logger; readonly waitMs: number };
  readonly references: References | undefined;
  readonly signal: AbortSignal;
}

/** Throws `invalid_argument` for what is not a schema or an option. */
export function openLive<S extends StandardSchemaV1>(
  layers: readonly Layer[],
  prefix: string,
  schema: S,
  options: LiveOptions,
  { settings, references, signal }: LiveContext,
): PendingLive<S> {
  checkSchema(schema);
  const { separator = '/', waitMs = settings.waitMs } = options;
  const { backoff, logger } = settings;
  if (separator !== '/' && separator !== '.') {
    throw new ConfigError('invalid_argument', 'option separator must be "/" or "."');
  }
  const beginning = beginningOf(prefix, separator);
  const state = new LiveState({
    ...{ schema, prefix: beginning, separator, logger },
    ...(references && { expand: (values: ReadonlyMap<string, Value>) => led?.expand(values) ?? values }),
  });
  const feed = new Feed({
    ...{ layers, prefix: beginning, backoff, logger, waitMs, signal },
    take: (snapshot) => state.take(snapshot),
    outcome: () => (state.current === undefined ? { error: state.error } : undefined),
  });
  const led = references?.live(layers, feed.signal, () => feed.again());
  return new PendingLive({ state, feed });
}
