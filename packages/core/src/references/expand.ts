import { Secret } from '../codecs/secret.js';
import { ConfigError, isConfigError } from '../contract/errors.js';
import { isTree } from '../live/shape.js';
import { type Maybe, type Steps, wait } from '../util/steps.js';
import type { Value } from '../value/value.js';
import { parseTemplate, printed, type Reference } from './template.js';

/** Where the references of a value are looked up. */
export interface Home {
  /** Of its namespace, or of all its layers. */
  readonly name: string;
  /** The value as it is stored; `undefined`: there is none. */
  find(key: string): Maybe<Value | undefined>;
  /** The home of the references into that namespace. Throws `invalid_namespace`. */
  of(namespace: string): Home;
}

/** How far references may lead, one through another. */
const maxDepth = 16;
/** Characters and items of an expanded value, each as often as it is referred to. */
const maxSize = 1 << 22;

/** Values in which there is no reference. */
const plain = new WeakSet<Value>();

/** One expansion: what it has met on its way. */
interface Way {
  /** The keys that led here, outermost first. */
  readonly trail: readonly string[];
  /** The expanded values by key: each key is expanded once. */
  readonly known: Map<string, { readonly data: unknown; readonly stale: boolean; readonly size: number }>;
  stale: boolean;
  size: number;
}

/**
 * The value with what its references stand for in their place: `${key}` for a key of where the value is from, and
 * `${namespace:key}`. A text that is one reference and nothing else becomes the other value's data, whatever its type; in a
 * longer text they are written out, and it is a secret where one of them is. Nested ones are expanded too. `$${` is a `${`. What
 * a secret hides is not looked at. Throws `invalid_value`, which names the key, for a reference that is none, that leads to no key or
 * in a circle, through more than 16 keys, or to what cannot be part of a text.
 */
export function* expand(value: Value, home: Home): Steps<Value> {
  if (plain.has(value)) return value;
  const data = dataOf(value);
  if (data === undefined) return value;
  const way: Way = { trail: [place(home, value.key)], known: new Map(), stale: value.stale, size: 0 };
  const expanded = yield* expandData(data, home, way);
  if (expanded === data) {
    plain.add(value);
    return value;
  }
  return value.withData(expanded, way.stale);
}

const place = (home: Home, key: string): string => `${home.name}/${key}`;

/** `undefined` for what has no data to look at: the error comes to who asks for them. */
function dataOf(value: Value): unknown {
  try {
    return value.data;
  } catch {
    return undefined;
  }
}

/** Returns the same data where there is nothing to expand. */
function* expandData(data: unknown, home: Home, way: Way): Steps<unknown> {
  grow(way, typeof data === 'string' ? data.length : 1);
  if (typeof data === 'string') return yield* expandText(data, home, way);
  if (Array.isArray(data)) {
    const items: unknown[] = [];
    for (const item of data) items.push(yield* expandData(item, home, way));
    return items.every((item, i) => item === data[i]) ? data : items;
  }
  if (!isTree(data)) return data;
  const entries: [string, unknown][] = [];
  let isSame = true;
  for (const [name, before] of Object.entries(data)) {
    const after = yield* expandData(before, home, way);
    isSame &&= after === before;
    entries.push([name, after]);
  }
  return isSame ? data : Object.fromEntries(entries);
}

function* expandText(text: string, home: Home, way: Way): Steps<unknown> {
  const parts = parsed(text, way);
  if (parts === undefined) return text;
  const [first] = parts;
  if (parts.length === 1 && typeof first === 'object') return yield* lookUp(first, home, way);
  let whole = '';
  let isSecret = false;
  for (const part of parts) {
    const data = typeof part === 'string' ? part : yield* lookUp(part, home, way);
    isSecret ||= data instanceof Secret;
    whole += data instanceof Secret ? data.reveal() : written(data, part, way);
  }
  return isSecret ? new Secret(whole) : whole;
}

function parsed(text: string, way: Way): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(text);
  } catch (error) {
    throw fault(way, (error as Error).message);
  }
}

function* lookUp(reference: Reference, home: Home, way: Way): Steps<unknown> {
  const there = homeOf(reference, home, way);
  const at = place(there, reference.key);
  if (way.trail.includes(at)) {
    throw fault(way, `its references lead in a circle: ${[...way.trail.slice(way.trail.indexOf(at)), at].join(' → ')}`);
  }
  if (way.trail.length > maxDepth) throw fault(way, `its references lead through more than ${maxDepth} keys`);
  let known = way.known.get(at);
  if (known === undefined) {
    const value = yield* wait(there.find(reference.key));
    if (value === undefined) throw fault(way, `${printed(reference)} leads to no key`);
    const below: Way = { ...way, trail: [...way.trail, at], stale: value.stale, size: 0 };
    const data = yield* expandData(value.data, there, below);
    known = { data, stale: below.stale, size: below.size };
    way.known.set(at, known);
  }
  grow(way, known.size);
  way.stale ||= known.stale;
  return known.data;
}

function homeOf({ namespace }: Reference, home: Home, way: Way): Home {
  if (namespace === undefined) return home;
  try {
    return home.of(namespace);
  } catch (error) {
    if (isConfigError(error, 'invalid_namespace')) throw fault(way, error.message);
    throw error;
  }
}

function grow(way: Way, by: number): void {
  way.size += by;
  if (way.size > maxSize) throw fault(way, `with its references it has more than ${maxSize} characters and items`);
}

function written(data: unknown, part: string | Reference, way: Way): string {
  if (typeof data === 'string') return data;
  if (typeof data === 'number' || typeof data === 'boolean' || typeof data === 'bigint') return String(data);
  throw fault(
    way,
    `${printed(part as Reference)} is neither a text, nor a number, nor true or false, and so no part of a text`,
  );
}

/** Names the key that was asked for and the one that is wrong. */
function fault({ trail }: Way, why: string): ConfigError {
  const [first = '', ...others] = trail;
  const last = others.at(-1);
  const where = last === undefined ? first : `${last} (from ${first})`;
  return new ConfigError('invalid_value', `${where}: ${why}`, { metadata: { key: last ?? first } });
}
