import type { ConfigError } from '../contract/errors.js';
import type { Lifecycle } from '../local-store/lifecycle.js';
import type { References } from '../references/references.js';
import type { KnownPosition } from '../watching/position.js';
import type { Aliases } from './aliases.js';
import type { ManagerSettings } from './options.js';
import type { StatusBoard } from './status.js';
import type { Watches } from './watches.js';

/** The parts of a manager that its namespaces share. */
export interface Shared {
  readonly settings: ManagerSettings;
  readonly lifecycle: Lifecycle;
  readonly aliases: Aliases;
  readonly statuses: StatusBoard;
  readonly watches: Watches;
  /** Absent: they are not expanded. */
  readonly references: References | undefined;
  /** How far the store's log is known to have come. */
  readonly position: KnownPosition;
  /** The store was closed by someone else: the manager cannot go on. */
  onStoreClosed(error: ConfigError): void;
  /** Fires when the manager is closed. */
  readonly signal: AbortSignal;
}
