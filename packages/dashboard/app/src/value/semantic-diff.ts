import { step } from './blame.ts';
import { type Data, isMap, sameData } from './json.ts';

/** One difference in what two values say. */
export interface Difference {
  /** As it is read: `pool.size`, `hosts[2].name`; empty: the whole value. */
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly left: Data | undefined;
  readonly right: Data | undefined;
}

/** The differences, in the order of the left side, then those that the right side adds. Order of keys is no difference. */
export function differences(left: Data | undefined, right: Data | undefined, path = ''): Difference[] {
  if (sameData(left, right)) return [];
  if (isMap(left) && isMap(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return keys.flatMap((key) => differences(own(left, key), own(right, key), step(path, key)));
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, index) => differences(left[index], right[index], `${path}[${index}]`)).flat();
  }
  const kind = left === undefined ? 'added' : right === undefined ? 'removed' : 'changed';
  return [{ path, kind, left, right }];
}

const own = (map: Readonly<Record<string, Data>>, key: string): Data | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;
