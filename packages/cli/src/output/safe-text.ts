/**
 * Text from a server as a terminal may have it: control characters, which could move the cursor or change what was
 * printed before, are written as their code points. Line breaks and tabs stay where `lines` says so.
 */
export function safeText(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    if (lines && (character === '\n' || character === '\t')) return character;
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
