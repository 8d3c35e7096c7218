import { type Data, isMap, sameData } from './json.ts';

/** Which version a part of a value comes from. */
export interface Blame {
  /** As it is read: `pool.size`, `hosts[2].name`; empty: the whole value. */
  readonly path: string;
  readonly data: Data;
  /** The place, in the list of versions, of the one that gave it what it has; the last may have had it from before. */
  readonly from: number;
}

interface Part {
  readonly path: string;
  readonly data: Data;
  /** The part in an older version; undefined: it had none. */
  readonly find: (older: Data) => Data | undefined;
}

/**
 * Where each part of a value comes from: the version since which it has been as it is, without a break.
 *
 * @param versions newest first; undefined for one that was deleted or cannot be read
 */
export function blame(versions: readonly (Data | undefined)[]): Blame[] {
  const [newest] = versions;
  if (newest === undefined) return [];
  return leaves({ path: '', data: newest, find: (older) => older }).map(({ path, data, find }) => {
    let from = 0;
    for (let at = 1; at < versions.length; at += 1) {
      const older = versions[at];
      if (older === undefined || !sameData(find(older), data)) break;
      from = at;
    }
    return { path, data, from };
  });
}

/** The parts of a value that have none themselves. */
function leaves({ path, data, find }: Part): Part[] {
  if (isMap(data) && Object.keys(data).length > 0) {
    return Object.entries(data).flatMap(([name, each]) =>
      leaves({ path: step(path, name), data: each, find: (older) => memberOf(find(older), name) }),
    );
  }
  if (Array.isArray(data) && data.length > 0) {
    return data.flatMap((each: Data, at) =>
      leaves({ path: `${path}[${at}]`, data: each, find: (older) => itemOf(find(older), at) }),
    );
  }
  return [{ path, data, find }];
}

const memberOf = (data: Data | undefined, name: string): Data | undefined =>
  isMap(data) && Object.hasOwn(data, name) ? data[name] : undefined;
const itemOf = (data: Data | undefined, at: number): Data | undefined => (Array.isArray(data) ? data[at] : undefined);

/** The path of a member below another. */
export function step(path: string, name: string): string {
  const written = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
  return path === '' ? written : `${path}.${written}`;
}
