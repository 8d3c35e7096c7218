import { ConfigError } from '../contract/errors.js';
import { checkKey } from '../contract/names.js';

/**
 * The rules of a new alias, once for all stores. `isAlias` and `isTarget` ask the aliases there are, `isKey` the keys.
 */
export function checkAlias(
  alias: string,
  target: string,
  there: { isAlias(name: string): boolean; isTarget(name: string): boolean; isKey(name: string): boolean },
): void {
  checkKey(alias);
  checkKey(target);
  const refused = (why: string): ConfigError =>
    new ConfigError('alias_exists', `alias ${JSON.stringify(alias)} already exists: ${why}`);
  if (alias === target) throw new ConfigError('alias_self', `alias ${JSON.stringify(alias)} cannot stand for itself`);
  if (there.isAlias(alias)) throw refused('alias already registered');
  if (there.isKey(alias)) throw refused('a key has that name');
  if (there.isAlias(target)) {
    throw new ConfigError(
      'alias_chain',
      `alias ${JSON.stringify(alias)}: ${JSON.stringify(target)} is an alias itself`,
    );
  }
  if (there.isTarget(alias)) {
    throw new ConfigError('alias_chain', `alias ${JSON.stringify(alias)}: another alias stands for that name`);
  }
}
