import { ConfigError } from '@cfg/core';

/** The original's table. */
export const defaultTable = 'peersync_ownership';

const pattern = /^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$/;

/** The name, perhaps with a schema, quoted for SQL. Throws `invalid_argument` for anything but letters, digits and `_`. */
export function quotedTable(name: string = defaultTable): string {
  if (!pattern.test(name)) {
    throw new ConfigError('invalid_argument', `table: ${JSON.stringify(name)} is not a name of letters, digits and _`);
  }
  return name
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}
