import type { Alias } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';

/** Whether the names of a new alias exist already, as keys or as aliases. */
export interface AliasFacts {
  /** An alias of that name. */
  readonly isAlias: boolean;
  /** An alias that stands for that name. */
  readonly isTarget: boolean;
  /** A key of that name, in any namespace. */
  readonly isKey: boolean;
  /** An alias of the target's name. */
  readonly isTargetAlias: boolean;
}

/** The error of an alias that is to stand for something else than it does. */
export const aliasTaken = ({ alias, target }: Alias): ConfigError =>
  new ConfigError('alias_exists', `alias ${JSON.stringify(alias)} stands for ${JSON.stringify(target)} here`);

/** The rules of a new alias, once for all stores. Throws `alias_exists`, `alias_self`, `alias_chain`. */
export function checkAlias(alias: string, target: string, there: AliasFacts): void {
  const refused = (why: string): ConfigError =>
    new ConfigError('alias_exists', `alias ${JSON.stringify(alias)} already exists: ${why}`);
  if (alias === target) throw new ConfigError('alias_self', `alias ${JSON.stringify(alias)} cannot stand for itself`);
  if (there.isAlias) throw refused('alias already registered');
  if (there.isKey) throw refused('a key has that name');
  if (there.isTargetAlias) {
    throw new ConfigError(
      'alias_chain',
      `alias ${JSON.stringify(alias)}: ${JSON.stringify(target)} is an alias itself`,
    );
  }
  if (there.isTarget) {
    throw new ConfigError('alias_chain', `alias ${JSON.stringify(alias)}: another alias stands for that name`);
  }
}
