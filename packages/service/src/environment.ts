import type { Store } from '@cfg/core';
import type { Draining } from './draining.js';
import type { Encoder } from './encoder.js';
import type { ServiceSettings } from './options.js';
import type { Reveals } from './reveals.js';

/** The parts that the handlers share. */
export interface Environment {
  readonly store: Store;
  readonly settings: ServiceSettings;
  readonly encoder: Encoder;
  readonly draining: Draining;
  readonly reveals: Reveals;
}
