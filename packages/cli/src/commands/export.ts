import { can, defaultCodecs, type Entry, Value } from '@cfg/core';
import { environmentFile } from '../environment/environment-file.js';
import { isSecret } from '../output/entry-text.js';
import type { Session } from '../program/session.js';
import { recordOf } from '../transfer/record.js';
import { pages } from './pages.js';

export interface ExportOptions {
  readonly format: 'ndjson' | 'yaml' | 'env';
  readonly reveal?: true | undefined;
}

/**
 * Writes a namespace as of one moment, page by page; a secret only if that is asked for. As variables it is written at the
 * end, since two keys may have one name.
 */
export async function exportKeys(
  session: Session,
  prefix: string,
  { format, reveal }: ExportOptions,
): Promise<undefined> {
  session.masks = !reveal;
  const { output, namespace, signal } = session;
  const store = await session.connect();
  const atRevision = can(store, 'revisions') ? (await store.revision(namespace, { signal })).revision : undefined;
  const variables: Entry[] = [];
  let exported = 0;
  let hidden = 0;
  for await (const entries of pages(session, { prefix, atRevision })) {
    const shown = entries.filter((entry) => !entry.masked && (reveal || !isSecret(entry)));
    hidden += entries.length - shown.length;
    exported += shown.length;
    if (format === 'env') variables.push(...shown);
    else await output.write(shown.map(format === 'yaml' ? yamlOf : recordLine).join(''));
    // On a terminal the export itself shows it.
    if (!output.isTerminal) output.progress('exported', exported);
  }
  if (format === 'env') await output.write(environmentFile(variables, prefix));
  if (hidden === 0) return;
  const values = `left out: ${hidden} secret ${hidden === 1 ? 'value' : 'values'}`;
  output.note(reveal ? `${values} that you may not reveal` : `${values}; --reveal exports them`);
}

const recordLine = (entry: Entry): string => `${JSON.stringify(recordOf(entry))}\n`;

/** One property of a YAML object, on lines of its own: those of all entries are the object. */
function yamlOf(entry: Entry): string {
  const value = Value.fromEntry(entry);
  const data = entry.codec === 'secret' ? value.secret().reveal() : value.data;
  const text = Buffer.from(defaultCodecs().encode({ [entry.key]: data }, 'yaml')).toString('utf8');
  return text.endsWith('\n') ? text : `${text}\n`;
}
