import { can, defaultCodecs, type Entry, Value } from '@cfg/core';
import { isSecret } from '../output/entry-text.js';
import type { Session } from '../program/session.js';
import { recordOf } from '../transfer/record.js';
import { pages } from './pages.js';

export interface ExportOptions {
  readonly format: 'ndjson' | 'yaml';
  readonly reveal?: true | undefined;
}

/** Writes a namespace as of one moment, page by page; a secret only if that is asked for. */
export async function exportKeys(
  session: Session,
  prefix: string,
  { format, reveal }: ExportOptions,
): Promise<undefined> {
  session.masks = !reveal;
  const { output, namespace, signal } = session;
  const store = await session.connect();
  const atRevision = can(store, 'revisions') ? (await store.revision(namespace, { signal })).revision : undefined;
  let hidden = 0;
  for await (const entries of pages(session, { prefix, atRevision })) {
    const shown = entries.filter((entry) => !entry.masked && (reveal || !isSecret(entry)));
    hidden += entries.length - shown.length;
    await output.write(
      shown.map(format === 'yaml' ? yamlOf : (entry) => `${JSON.stringify(recordOf(entry))}\n`).join(''),
    );
  }
  if (hidden === 0) return;
  const values = `left out: ${hidden} secret ${hidden === 1 ? 'value' : 'values'}`;
  output.note(reveal ? `${values} that you may not reveal` : `${values}; --reveal exports them`);
}

/** One property of a YAML object, on lines of its own: those of all entries are the object. */
function yamlOf(entry: Entry): string {
  const value = Value.fromEntry(entry);
  const data = entry.codec === 'secret' ? value.secret().reveal() : value.data;
  const text = Buffer.from(defaultCodecs().encode({ [entry.key]: data }, 'yaml')).toString('utf8');
  return text.endsWith('\n') ? text : `${text}\n`;
}
