import type { Translate } from '../../../i18n/translate.ts';
import type { KeyIndex } from '../../../index/key-index.ts';

export interface DialogCommon {
  readonly namespace: string;
  readonly index: KeyIndex;
  readonly onClose: () => void;
}

/** The fault of a key's name; undefined: none. */
export function complaintAbout(key: string, t: Translate): string | undefined {
  if (key === '') return undefined;
  const odd = [...key].find((character) => !/[a-zA-Z0-9_.\-/]/.test(character));
  if (odd !== undefined) return t('keyCharacter', { character: odd });
  if (key.startsWith('/') || key.endsWith('/')) return t('keySlash');
  if (key.split('/').some((part) => part === '.' || part === '..') || key.includes('..')) return t('keyDots');
  return key.length > 1024 ? t('keyLong') : undefined;
}
