import { entryJson, type Shown, valueText } from '../output/entry-text.js';
import { safeText } from '../output/safe-text.js';
import { Table } from '../output/table.js';
import type { Session } from '../program/session.js';
import { pages } from './pages.js';

export interface ListOptions extends Shown {
  readonly atRevision?: number | undefined;
  readonly limit?: number | undefined;
  readonly deleted?: true | undefined;
  readonly keys?: true | undefined;
}

export async function list(session: Session, prefix: string, options: ListOptions): Promise<undefined> {
  session.masks = !options.reveal;
  const { output } = session;
  const table = new Table(output, ['KEY', 'VERSION', 'UPDATED', 'VALUE']);
  const query = { prefix, atRevision: options.atRevision, includeDeleted: options.deleted };
  let listed = 0;
  for await (const entries of pages(session, query, options)) {
    if (output.json) {
      const lines = entries.map((entry) =>
        JSON.stringify(options.keys ? { key: entry.key } : entryJson(entry, options)),
      );
      await output.write(`${lines.join('\n')}\n`);
    } else if (options.keys) {
      await output.write(`${entries.map(({ key }) => safeText(key)).join('\n')}\n`);
    } else {
      await table.add(
        entries.map((entry) => [entry.key, `${entry.version}`, when(entry.updatedAtMs), valueText(entry, options)]),
      );
    }
    listed += entries.length;
    // On a terminal the list itself shows it.
    if (!output.isTerminal) output.progress('listed', listed);
  }
}

const when = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
