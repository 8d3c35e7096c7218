import type { changes as texts } from '../en/changes.ts';
import type { Text } from '../translate.ts';

export const changes: { readonly [name in keyof typeof texts]: Text } = {
  nothingStaged: 'Nichts ist vorgemerkt',
  nothingStagedText:
    'Merken Sie Änderungen vor, statt sie einzeln zu speichern: Sie sammeln sich hier, werden zusammen geprüft und alle oder keine gespeichert.',
  changesText: 'Zusammen gespeichert: alle oder keine, mit einem Kommentar.',
  severalBatches: 'Ein Stapel betrifft einen Namensraum. Diese hier werden Namensraum für Namensraum gespeichert.',
  drafts: 'Entwürfe, die nicht vorgemerkt sind',
  changeCount: { one: '{count} Änderung', other: '{count} Änderungen' },
  discardAll: 'Alle verwerfen',
  dryRun: 'Probelauf',
  dryRunFine: {
    one: 'Der Server nähme diese Änderung an. Noch ist nichts geschrieben.',
    other: 'Der Server nähme alle {count} Änderungen an. Noch ist nichts geschrieben.',
  },
  allOrNothing: 'Alles oder nichts',
  commitAll: 'Alles Vorgemerkte speichern',
  commitCount: { one: '{count} Änderung speichern', other: '{count} Änderungen speichern' },
  batchSaved: {
    one: '{count} Änderung gespeichert, Revision {revision}',
    other: '{count} Änderungen gespeichert, Revision {revision}',
  },
  willDelete: 'löschen',
  willCreate: 'neu',
  willChange: 'ändern',
  refused: 'abgelehnt',
  unstage: 'Aus der Liste nehmen und verwerfen',
  stageDelete: 'Löschen vormerken',
  searchTitle: 'Suche',
  searchFor: 'Schlüssel und Werte überall suchen',
  searchHint: 'Mindestens zwei Zeichen. Gefunden wird nur, was Sie lesen dürfen.',
  searchNothing: 'Nichts gefunden für „{text}“',
  searchFound: { one: '{count} Schlüssel gefunden', other: '{count} Schlüssel gefunden' },
  searchFoundMore: 'Die ersten {count}; grenzen Sie die Suche ein, um andere zu finden',
  inKey: 'Schlüssel',
  inValue: 'Wert',
  searchUnsupported: 'Dieser Server kann nicht suchen. Die Liste eines Namensraums lässt sich nach Schlüsseln filtern.',
};
