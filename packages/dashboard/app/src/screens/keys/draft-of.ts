import { toText } from '../../api/bytes.ts';
import type { Entry } from '../../api/types.ts';
import type { Draft, DraftBase } from '../../state/drafts.ts';
import { formatJson } from '../../value/format-json.ts';

/** The initial text of an edit. A secret is replaced, not edited: its text never gets here. */
export function baseOf(entry: Entry | undefined): DraftBase {
  if (entry === undefined) return { version: 0, text: '', codec: 'json' };
  const text = entry.secret ? '' : (toText(entry.value) ?? '');
  return { version: entry.version, text, codec: entry.codec || 'json' };
}

/** A draft in which nothing is changed yet. JSON in one line is laid out for the editor. */
export function draftOf(namespace: string, key: string, entry: Entry | undefined): Draft {
  const base = baseOf(entry);
  const isOneLine = base.codec === 'json' && !base.text.includes('\n');
  return {
    namespace,
    key,
    kind: 'set',
    text: isOneLine ? formatJson(base.text) : base.text,
    codec: base.codec,
    base: isOneLine ? { ...base, text: formatJson(base.text) } : base,
    comment: '',
    ttlMs: undefined,
    staged: false,
    secret: entry?.secret ?? false,
    changedAt: Date.now(),
  };
}
