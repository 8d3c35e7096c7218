export const signIn = {
  signInTitle: 'Anmelden',
  signInNote: 'Sie sind nicht angemeldet. Was Sie sehen, kann veraltet sein; Ihre Änderungen bleiben erhalten.',
  signInButton: 'Anmelden',
  signInKept: 'Ihre Sitzung ist zu Ende. Was Sie eingegeben haben, ist noch da.',
  passphrase: 'Passphrase',
  token: 'Zugangstoken',
  tokenHint: 'Es bleibt in diesem Tab, bis Sie ihn schließen, und geht nur an diesen Server.',
  showToken: 'Anzeigen',
  passphraseWrong: 'Diese Passphrase stimmt nicht.',
  tokenWrong: 'Der Server kennt dieses Token nicht.',
  signInWait: {
    one: 'Zu viele Versuche. Versuchen Sie es in {count} Sekunde erneut.',
    other: 'Zu viele Versuche. Versuchen Sie es in {count} Sekunden erneut.',
  },
  signInOffline: 'Der Server antwortet nicht. Versuchen Sie es gleich noch einmal.',
  signInElsewhere:
    'Melden Sie sich dort an, wo Sie sich an diesem Server anmelden; diese Seite macht dann von selbst weiter.',
  signInOpen: 'Anmeldeseite öffnen',
  signInDone: 'Ich habe mich angemeldet',
  signInNotYet: 'Der Server sieht Sie noch nicht als angemeldet.',
  signInNoWay:
    'Dieser Server verlangt einen Nachweis, für den diese Seite kein Formular hat. Wer den Server betreibt, weiß, welchen.',
} as const;
