export const value = {
  diffMode: 'How to compare',
  diffSemantic: 'Meaning',
  diffText: 'Text',
  diffPath: 'Where',
  diffOld: 'Old',
  diffNew: 'New',
  diffWhole: '(whole value)',
  diffMissing: 'missing',
  diffSame: 'No difference.',
  diffSameMeaning: 'They say the same; only the text differs.',
} as const;
