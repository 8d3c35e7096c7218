import type { Call } from '../call.js';
import type { Asked } from '../guards/guard.js';

/** Those of `items` that the caller may read. */
export async function readable<T>(call: Call, items: readonly T[], askedOf: (item: T) => Asked): Promise<readonly T[]> {
  const answers = await Promise.all(items.map((item) => call.allows(askedOf(item))));
  return answers.every(Boolean) ? items : items.filter((_, at) => answers[at]);
}
