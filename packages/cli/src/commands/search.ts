import type { SearchMatch } from '@cfg/core';
import { entryJson, valueText } from '../output/entry-text.js';
import { Table } from '../output/table.js';
import type { Session } from '../program/session.js';

export interface SearchOptions {
  readonly in?: 'keys' | 'values' | undefined;
  readonly prefix?: string | undefined;
  readonly limit?: number | undefined;
  readonly allNamespaces?: true | undefined;
}

const pageSize = 100;

/** Prints what has the text, page by page. Secrets are hidden: the server does not search their values either. */
export async function search(session: Session, text: string, options: SearchOptions): Promise<undefined> {
  session.masks = true;
  const { output, signal } = session;
  const namespace = options.allNamespaces ? undefined : session.namespace;
  const store = await session.connect();
  const table = new Table(output, [...(namespace === undefined ? ['NAMESPACE'] : []), 'KEY', 'VALUE']);
  const query = { text, in: options.in, namespacePrefix: namespace, keyPrefix: options.prefix };
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let cursor = '';
  do {
    const page = await store.search({ ...query, limit: Math.min(left, pageSize), cursor }, { signal });
    // The server knows only how a namespace begins.
    const matches = page.matches.filter(({ entry }) => namespace === undefined || entry.namespace === namespace);
    left -= matches.length;
    cursor = page.nextCursor;
    if (output.json) {
      for (const match of matches) await output.record(matchJson(match), () => '');
    } else if (matches.length > 0) {
      await table.add(matches.map((match) => row(match, text, namespace === undefined)));
    }
  } while (cursor !== '' && left > 0);
}

const matchJson = ({ entry, inKey, inValue }: SearchMatch): object => ({ ...entryJson(entry), inKey, inValue });

function row({ entry, inValue }: SearchMatch, text: string, named: boolean): string[] {
  const value = valueText(entry);
  return [...(named ? [entry.namespace] : []), entry.key, inValue ? around(value, text) : value];
}

/** Characters that are shown before a text in a long value. */
const context = 20;

/** The value from shortly before the text on, so that a line which is cut still has it. */
function around(value: string, text: string): string {
  const at = value.toLowerCase().indexOf(text.toLowerCase());
  return at <= 2 * context ? value : `…${value.slice(at - context)}`;
}
