import type { Store } from '@cfg/core';
import type { Authorizer } from './authorizer.js';
import type { Draining } from './draining.js';
import type { Encoder } from './encoder.js';
import type { ServiceSettings } from './options.js';

/** What the handlers share. */
export interface Environment {
  readonly store: Store;
  readonly settings: ServiceSettings;
  readonly authorizer: Authorizer;
  readonly encoder: Encoder;
  readonly draining: Draining;
}
