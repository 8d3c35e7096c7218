import type { Entry } from '@cfg/core';

/** A key before and after; one of them is there. */
export interface Pair {
  readonly key: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

/** The keys of two lists that are sorted by key, side by side. Reads no further ahead than a page of each. */
export async function* pairsOf(
  before: AsyncIterable<readonly Entry[]>,
  after: AsyncIterable<readonly Entry[]>,
): AsyncGenerator<Pair, void, undefined> {
  const left = entriesOf(before);
  const right = entriesOf(after);
  let [old, fresh] = [await left.next(), await right.next()];
  while (!old.done || !fresh.done) {
    const [a, b] = [old.value?.key, fresh.value?.key];
    const key = (a === undefined || (b !== undefined && b < a) ? b : a) as string;
    const pair = { key, before: a === key ? old.value : undefined, after: b === key ? fresh.value : undefined };
    yield pair as Pair;
    if (a === key) old = await left.next();
    if (b === key) fresh = await right.next();
  }
}

async function* entriesOf(pages: AsyncIterable<readonly Entry[]>): AsyncGenerator<Entry, undefined, undefined> {
  for await (const page of pages) yield* page;
  return undefined;
}
