import { Secret } from '../codecs/secret.js';
import { TomlDate } from '../codecs/toml-date.js';

/**
 * Freezes plain objects and arrays all the way down, without recursion. Returns whether that makes the data safe to
 * share: a date, a map, a set, bytes and the like can be changed however frozen they are.
 */
export function freezeDeeply(data: unknown): boolean {
  const seen = new Set<object>();
  const open: unknown[] = [data];
  let isShareable = true;
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'function') isShareable = false;
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    if (isImmutable(next)) continue;
    if (!isPlain(next)) {
      isShareable = false;
      continue;
    }
    seen.add(next);
    Object.freeze(next);
    for (const child of Object.values(next)) {
      if (typeof child === 'object' || typeof child === 'function') open.push(child);
    }
  }
  return isShareable;
}

const isImmutable = (data: object): boolean => data instanceof Secret || data instanceof TomlDate;

function isPlain(data: object): boolean {
  if (Array.isArray(data)) return true;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === null || prototype === Object.prototype;
}
