import type { value as texts } from '../en/value.ts';
import type { Text } from '../translate.ts';

export const value: { readonly [name in keyof typeof texts]: Text } = {
  diffMode: 'Art des Vergleichs',
  diffSemantic: 'Inhalt',
  diffText: 'Text',
  diffPath: 'Wo',
  diffOld: 'Alt',
  diffNew: 'Neu',
  diffWhole: '(ganzer Wert)',
  diffMissing: 'fehlt',
  diffSame: 'Kein Unterschied.',
  diffSameMeaning: 'Der Inhalt ist gleich; nur der Text unterscheidet sich.',
};
