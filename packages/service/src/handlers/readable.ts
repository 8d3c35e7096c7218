import type { Authorizer } from '../authorizer.js';
import type { Call } from '../call.js';
import type { Resource } from '../guard.js';

/** Those of `items` that the caller may read. */
export async function readable<T>(
  authorizer: Authorizer,
  call: Call,
  items: readonly T[],
  resourceOf: (item: T) => Resource,
): Promise<readonly T[]> {
  const answers = await Promise.all(items.map((item) => authorizer.allows(call, 'read', resourceOf(item))));
  return answers.every(Boolean) ? items : items.filter((_, at) => answers[at]);
}
