import { ConfigError, isConfigError, type Value } from '@cfg/core';
import { UsageError } from '../program/usage-error.js';

/** A key of a file, with its name there, and its value. */
export interface Imported {
  readonly key: string;
  readonly value: Value;
  /** Default: the namespace that the whole file is imported into. */
  readonly namespace?: string | undefined;
}

/** Does the work, and says of which place a failure is. */
export function at<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isConfigError(error) && !(error instanceof UsageError)) throw error;
    if (error instanceof ConfigError && error.code === 'internal') throw error;
    throw new UsageError(`${place}: ${error.message}`, { cause: error });
  }
}
