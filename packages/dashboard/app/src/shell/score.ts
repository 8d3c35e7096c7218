/**
 * How well a text fits what was typed; 0: not at all. Every word must be in it; at the beginning of the text, or of a
 * part of it, counts more, and of two that fit alike the shorter is better.
 */
export function score(text: string, wanted: string): number {
  const lower = text.toLowerCase();
  let points = 0;
  for (const word of wanted.toLowerCase().split(/\s+/)) {
    const at = lower.indexOf(word);
    if (at < 0) return 0;
    const startsPart = at > 0 && /[^a-z0-9]/.test(lower[at - 1] ?? '');
    points += at === 0 ? 3 : startsPart ? 2 : 1;
    if (lower === word) points += 4;
  }
  return points + 1 / (1 + text.length);
}
