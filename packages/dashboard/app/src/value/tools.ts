import type { Language } from './language.ts';
import type { Fault, Parsed } from './parse.ts';

/** A difference as it is shown: both sides as JSON. */
export interface ShownDifference {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly left: string | undefined;
  readonly right: string | undefined;
}

/** A part of a value as it is shown, and the place of the version that it comes from. */
export interface ShownBlame {
  readonly path: string;
  readonly value: string;
  readonly from: number;
}

export type Task =
  | { readonly kind: 'parse'; readonly language: Language; readonly text: string }
  | { readonly kind: 'lint'; readonly language: Language; readonly text: string }
  | { readonly kind: 'names'; readonly values: readonly { readonly language: Language; readonly text: string }[] }
  | { readonly kind: 'diff'; readonly left: readonly [Language, string]; readonly right: readonly [Language, string] }
  | { readonly kind: 'blame'; readonly versions: readonly (readonly [Language, string] | undefined)[] };

export type TaskResult =
  | { readonly kind: 'parse'; readonly parsed: Parsed }
  | { readonly kind: 'lint'; readonly fault: Fault | undefined }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'diff'; readonly differences: readonly ShownDifference[] | undefined }
  | { readonly kind: 'blame'; readonly parts: readonly ShownBlame[] };

let worker: Worker | undefined;
let count = 0;
const waiting = new Map<number, (result: TaskResult | undefined) => void>();

function start(): Worker {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  made.onmessage = ({ data: { id, result } }: MessageEvent<{ id: number; result: TaskResult }>) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  };
  // Its program could not be fetched: what it would have said is unknown, and the next task tries again.
  made.onerror = () => {
    worker = undefined;
    for (const give of waiting.values()) give(undefined);
    waiting.clear();
  };
  return made;
}

/** Fetches what the tasks are done by, so that it is there when the server is not. */
export function prepare(): void {
  worker ??= start();
}

/** Undefined: it could not be done. */
function perform(task: Task): Promise<TaskResult | undefined> {
  worker ??= start();
  count += 1;
  const id = count;
  const done = new Promise<TaskResult | undefined>((resolve) => waiting.set(id, resolve));
  worker.postMessage({ id, task });
  return done;
}

/** The data of a text, or its fault. */
export async function parseText(language: Language, text: string): Promise<Parsed> {
  const result = await perform({ kind: 'parse', language, text });
  if (result?.kind === 'parse') return result.parsed;
  return { fault: { message: 'the server does not answer', from: 0, to: 0 } };
}

/** The fault of a text; undefined: none that is known. The server checks it, too. */
export async function lint(language: Language, text: string): Promise<Fault | undefined> {
  if (language === 'text') return undefined;
  const result = await perform({ kind: 'lint', language, text });
  return result?.kind === 'lint' ? result.fault : undefined;
}

/** The differences of two values; undefined if one of them cannot be read, and only their texts can be compared. */
export async function semanticDiff(
  left: readonly [Language, string],
  right: readonly [Language, string],
): Promise<readonly ShownDifference[] | undefined> {
  const result = await perform({ kind: 'diff', left, right });
  return result?.kind === 'diff' ? result.differences : undefined;
}

/** Which version each part of the first one comes from; newest first, undefined for one that was deleted. */
export async function blameOf(
  versions: readonly (readonly [Language, string] | undefined)[],
): Promise<readonly ShownBlame[]> {
  const result = await perform({ kind: 'blame', versions });
  return result?.kind === 'blame' ? result.parts : [];
}

/** The names of members that the values have. */
export async function memberNames(values: readonly { language: Language; text: string }[]): Promise<readonly string[]> {
  const result = await perform({ kind: 'names', values });
  return result?.kind === 'names' ? result.names : [];
}
