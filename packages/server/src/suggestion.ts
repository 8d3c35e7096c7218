import { distance } from 'fastest-levenshtein';

/** `; did you mean …?` if one of the candidates is close to what was written, else nothing. */
export function suggestion(written: string, candidates: readonly string[]): string {
  const close = closest(written, candidates);
  return close === undefined ? '' : `; did you mean ${close}?`;
}

/** The candidate that is a slip of the fingers, or another way of joining words, away from what was written. */
export function closest(written: string, candidates: readonly string[]): string | undefined {
  const most = written.length > 8 ? 3 : 2;
  const near = candidates
    .map((candidate) => ({ candidate, apart: distance(letters(written), letters(candidate)) }))
    .filter(({ apart }) => apart <= most)
    .sort((a, b) => a.apart - b.apart);
  return near[0]?.candidate;
}

const letters = (text: string): string => text.toLowerCase().replace(/[-_]/g, '');
