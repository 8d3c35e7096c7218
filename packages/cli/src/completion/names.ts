import { profileNames } from '../connection/profile.js';
import type { Session } from '../program/session.js';
import type { Names } from './candidates.js';

/** How long one waits for the connection to a server, and then for its answer, in milliseconds. */
export const longestWaitMs = 1_500;

/** So many keys are shown as they are; of more, the next part of their names. */
const maxShown = 100;
const pageSize = 500;

/** The names that begin with what is begun. Fails as the session does. */
export async function namesOf(session: Session, names: Names, begun: string): Promise<readonly string[]> {
  if (names === 'profiles') return profileNames(session.env);
  session.masks = true;
  const store = await session.connect();
  const signal = AbortSignal.any([session.signal, AbortSignal.timeout(session.flags.timeout ?? longestWaitMs)]);
  if (names === 'namespaces') return (await store.namespaces({ prefix: begun }, { signal })).namespaces;
  if (names === 'aliases') return (await store.listAliases({ signal })).map(({ alias }) => alias);
  const { entries } = await store.find(session.namespace, { prefix: begun, limit: pageSize }, { signal });
  return parts(
    entries.map(({ key }) => key),
    begun,
  );
}

/** The keys; of many, each up to the next `/`. */
function parts(keys: readonly string[], begun: string): readonly string[] {
  if (keys.length <= maxShown) return keys;
  const ends = keys.map((key) => key.indexOf('/', begun.length) + 1 || key.length);
  return [...new Set(keys.map((key, index) => key.slice(0, ends[index])))];
}
