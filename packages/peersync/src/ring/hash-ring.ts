import { crc32 } from './crc32.js';

/** Points of one member on the ring, unless said otherwise. All nodes of a cluster must use the same number. */
export const defaultVirtualNodes = 150;

/** A point is `hash * ranks + rank of its member`, so that numeric order is ring order, and equal hashes go by id. */
const ranks = 2 ** 16;

/**
 * Consistent hashing as the original does it: each member has a number of points, the CRC-32 of `<id>#<i>`, and a name
 * belongs to the first point at or after its own CRC-32, around the end. Immutable. Where two members' points are
 * equal, the one with the smaller id comes first (the original leaves the order open).
 */
export class HashRing {
  readonly #virtualNodes: number;
  readonly #hashes: ReadonlyMap<string, Uint32Array>;
  readonly #members: readonly string[];
  readonly #points: Float64Array;
  /** Where to begin to look for a hash, by its first bits: about as many as there are points, so that a look finds it. */
  readonly #starts: Uint32Array;
  readonly #shift: number;

  private constructor(virtualNodes: number, hashes: ReadonlyMap<string, Uint32Array>) {
    this.#virtualNodes = virtualNodes;
    this.#hashes = hashes;
    this.#members = [...hashes.keys()].sort();
    this.#points = sortedPoints(this.#members, hashes, virtualNodes);
    this.#shift = 32 - Math.min(20, Math.ceil(Math.log2(this.#points.length + 2)));
    this.#starts = startsOf(this.#points, this.#shift);
  }

  /** A ring without members, which owns nothing. */
  static empty(virtualNodes: number = defaultVirtualNodes): HashRing {
    return new HashRing(virtualNodes, new Map());
  }

  /** The ring of these members (65,535 at most); this very one if they are the same. Known members keep their points. */
  withMembers(ids: Iterable<string>): HashRing {
    const hashes = new Map<string, Uint32Array>();
    for (const id of ids) hashes.set(id, this.#hashes.get(id) ?? hashesOf(id, this.#virtualNodes));
    const same = hashes.size === this.#hashes.size && [...hashes.keys()].every((id) => this.#hashes.has(id));
    return same ? this : new HashRing(this.#virtualNodes, hashes);
  }

  /** The id of the member that `name` belongs to; undefined if there are no members. */
  ownerOf(name: string): string | undefined {
    const point = this.#points[this.#placeOf(name)];
    return point === undefined ? undefined : this.#members[point % ranks];
  }

  /** The members in the order in which their points follow on the name, each once. */
  *membersFrom(name: string): Generator<string, void, undefined> {
    const points = this.#points;
    const told = new Set<number>();
    const first = this.#placeOf(name);
    for (let i = 0; i < points.length && told.size < this.#members.length; i++) {
      const rank = (points[(first + i) % points.length] as number) % ranks;
      if (told.has(rank)) continue;
      told.add(rank);
      yield this.#members[rank] as string;
    }
  }

  /** The index of the first point at or after the name, around the end. */
  #placeOf(name: string): number {
    const points = this.#points;
    const hash = crc32(name);
    const wanted = hash * ranks;
    let place = this.#starts[hash >>> this.#shift] as number;
    while (place < points.length && (points[place] as number) < wanted) place += 1;
    return place === points.length ? 0 : place;
  }
}

/** For each beginning of a hash, of `32 - shift` bits, the index of the first point that may have it. */
function startsOf(points: Float64Array, shift: number): Uint32Array {
  const starts = new Uint32Array(2 ** (32 - shift));
  let place = 0;
  for (let beginning = 0; beginning < starts.length; beginning++) {
    const least = beginning * 2 ** shift * ranks;
    while (place < points.length && (points[place] as number) < least) place += 1;
    starts[beginning] = place;
  }
  return starts;
}

function hashesOf(id: string, virtualNodes: number): Uint32Array {
  return Uint32Array.from({ length: virtualNodes }, (_, i) => crc32(`${id}#${i}`));
}

function sortedPoints(
  members: readonly string[],
  hashes: ReadonlyMap<string, Uint32Array>,
  virtualNodes: number,
): Float64Array {
  const points = new Float64Array(members.length * virtualNodes);
  let next = 0;
  members.forEach((id, rank) => {
    for (const hash of hashes.get(id) as Uint32Array) points[next++] = hash * ranks + rank;
  });
  return points.sort();
}
