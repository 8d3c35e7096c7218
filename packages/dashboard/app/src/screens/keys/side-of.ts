import type { Entry } from '../../api/types.ts';
import type { DiffSide } from '../../editor/diff-view.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { shownOf } from '../../value/language.ts';

/** A version as one side of a comparison. */
export function sideOf(entry: Entry | undefined, t: Translate): DiffSide {
  if (entry === undefined || entry.deleted) return { text: '', language: 'text', title: t('nothing') };
  const shown = shownOf(entry);
  const title = t('versionNumber', { version: entry.version });
  if (shown.form === 'text' && !entry.secret) return { text: shown.text, language: shown.language, title };
  return {
    text: shown.form === 'binary' ? t('bytes', { count: entry.value.length }) : '••••••',
    language: 'text',
    title,
  };
}
