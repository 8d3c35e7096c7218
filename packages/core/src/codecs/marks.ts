import { UnreadableValue } from './codec.js';

/** How many marks a value may have to be read; for each of them a parser makes something. */
export const maxMarks = 50_000;

/** The weight of each byte that makes a parser work. */
export type Marks = Readonly<Uint8Array>;

export function marksOf(weights: Readonly<Record<string, number>>): Marks {
  const table = new Uint8Array(256);
  for (const [character, weight] of Object.entries(weights)) table[character.charCodeAt(0)] = weight;
  return table;
}

/**
 * Throws an {@link UnreadableValue} for bytes of so many parts that reading them would hold the event loop for longer
 * than 100 ms. Long texts in few parts pass.
 */
export function checkMarks(bytes: Uint8Array, marks: Marks, codec: string): void {
  let count = 0;
  for (let i = 0; i < bytes.length; i += 1) count += marks[bytes[i] as number] as number;
  if (count > maxMarks) throw tooManyParts(codec);
}

export const tooManyParts = (codec: string): UnreadableValue =>
  new UnreadableValue(`${codec} of more parts than are read at once (the limit is ${maxMarks.toLocaleString('en')})`);
