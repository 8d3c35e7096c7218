import { diffLines } from 'diff';
import type { Output } from './output.js';
import { safeText } from './safe-text.js';

/** A value of a key before and after, as texts; `undefined`: there was none. */
export interface Difference {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The difference of two values, for people: on one line where both values are short, else line by line. */
export function differenceText(output: Output, { name, before, after }: Difference): string {
  const safe = (text: string): string => safeText(text, { lines: true });
  if (before === undefined) return output.paint('green', `+ ${name} = ${indented(safe(after ?? ''))}`);
  if (after === undefined) return output.paint('red', `- ${name} = ${indented(safe(before))}`);
  const [old, fresh] = [safe(before), safe(after)];
  if (!old.includes('\n') && !fresh.includes('\n')) {
    return `${output.paint('yellow', `~ ${name}`)} = ${output.paint('red', old)} → ${output.paint('green', fresh)}`;
  }
  const lines = diffLines(`${old}\n`, `${fresh}\n`).flatMap(({ added, removed, value }) => {
    const [sign, colour] = added
      ? (['+', 'green'] as const)
      : removed
        ? (['-', 'red'] as const)
        : ([' ', 'dim'] as const);
    return value
      .split('\n')
      .slice(0, -1)
      .map((line) => output.paint(colour, `    ${sign} ${line}`));
  });
  return [output.paint('yellow', `~ ${name}`), ...lines].join('\n');
}

const indented = (text: string): string => text.replaceAll('\n', '\n    ');
