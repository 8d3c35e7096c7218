import { Encoded, type Entry, type GetResponse, toJsonString } from '@cfg/proto';
import { type ReadyAnswer, readyAnswer } from '../ready-answer.js';
import { validators } from './entry-tag.js';

/** The answer to a Get of one version of a key. */
export interface Representation {
  readonly entry: Entry;
  readonly headers: ReturnType<typeof validators>;
  /** As JSON. */
  readonly ready: ReadyAnswer;
}

/**
 * Kept with the bytes of the entry, which the service keeps as long as it has room: who asks for the same version next
 * gets the same text.
 */
const kept = new WeakMap<Uint8Array, Representation>();

/** `undefined`: the answer has no entry. */
export function representationOf(answer: GetResponse | Encoded<GetResponse>): Representation | undefined {
  if (!(answer instanceof Encoded)) return represent(answer);
  const known = kept.get(answer.bytes);
  if (known !== undefined) return known;
  const made = represent(answer.message);
  if (made !== undefined) kept.set(answer.bytes, made);
  return made;
}

function represent(message: GetResponse): Representation | undefined {
  const { entry } = message;
  if (entry === undefined) return undefined;
  const headers = { ...validators(entry), vary: 'Accept' };
  return { entry, headers, ready: readyAnswer(toJsonString('config.v1.GetResponse', message), headers) };
}
