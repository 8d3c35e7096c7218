// How others get at a key: for a shell, the command line, a program. A secret's value is in none of them.
import { keyPath } from '../../api/calls.ts';
import { apiUrl } from '../../api/http.ts';
import { token } from '../../api/session.ts';
import type { Entry } from '../../api/types.ts';

type Named = Pick<Entry, 'namespace' | 'key'>;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function asCurl({ namespace, key }: Named): string {
  // The token itself stays where it is: who pastes the line has one.
  const header = token() === undefined ? '' : ` -H "authorization: Bearer $CFG_TOKEN"`;
  return `curl${header} ${quoted(`${apiUrl(keyPath(namespace, key))}?raw`)}`;
}

export const asCfg = ({ namespace, key }: Named): string => `cfg get ${quoted(namespace)} ${quoted(key)}`;

export function asTypeScript({ namespace, key }: Named): string {
  const [space, name] = [JSON.stringify(namespace), JSON.stringify(key)];
  return `const value = await manager.namespace(${space}).get(${name});`;
}
