/** A page that has a key on the screen. */
export interface Visit {
  readonly userId: string;
  /** Of the page, made up by itself: it is told to nobody, and counts for its user only. */
  readonly id: string;
  readonly namespace: string;
  readonly key: string;
  readonly isEditing: boolean;
}

/** Somebody else who has the key on the screen. */
export type Other = Pick<Visit, 'userId' | 'isEditing'>;

export interface PresenceOptions {
  /** How long a page counts after it last said where it is, in milliseconds. */
  readonly keptMs: number;
  /** The most pages that are remembered; the one that has been silent longest is forgotten first. */
  readonly maxVisits: number;
  /** The most others that one page is told of. */
  readonly maxTold: number;
  readonly now: () => number;
}

const defaults: PresenceOptions = { keptMs: 12_000, maxVisits: 2_000, maxTold: 20, now: () => performance.now() };

interface Kept extends Visit {
  readonly until: number;
}

/** Who looks at which key, in the memory of this server: a hint, never a lock. */
export class Presence {
  readonly #options: PresenceOptions;
  /** By page; the one that has been silent longest comes first. */
  readonly #visits = new Map<string, Kept>();
  /** The pages of each key. */
  readonly #pages = new Map<string, Set<string>>();

  constructor(options: Partial<PresenceOptions> = {}) {
    this.#options = { ...defaults, ...options };
  }

  /** Notes where a page is. Returns who else is there, those who edit first. */
  enter(visit: Visit): readonly Other[] {
    const { keptMs, maxVisits, maxTold, now } = this.#options;
    const page = pageOf(visit);
    this.#forget(page);
    const at = now();
    for (const [oldest, { until }] of this.#visits) {
      if (until > at && this.#visits.size < maxVisits) break;
      this.#forget(oldest);
    }
    this.#visits.set(page, { ...visit, until: at + keptMs });
    const pages = this.#pages.get(placeOf(visit)) ?? new Set();
    this.#pages.set(placeOf(visit), pages.add(page));
    const others: Other[] = [];
    for (const each of pages) {
      const other = this.#visits.get(each);
      if (each !== page && other) others.push({ userId: other.userId, isEditing: other.isEditing });
    }
    return others.sort((a, b) => Number(b.isEditing) - Number(a.isEditing)).slice(0, maxTold);
  }

  /** The page has gone elsewhere. */
  leave(visit: Pick<Visit, 'userId' | 'id'>): void {
    this.#forget(pageOf(visit));
  }

  #forget(page: string): void {
    const visit = this.#visits.get(page);
    if (visit === undefined) return;
    this.#visits.delete(page);
    const pages = this.#pages.get(placeOf(visit));
    pages?.delete(page);
    if (pages?.size === 0) this.#pages.delete(placeOf(visit));
  }
}

const pageOf = ({ userId, id }: Pick<Visit, 'userId' | 'id'>): string => JSON.stringify([userId, id]);
const placeOf = ({ namespace, key }: Pick<Visit, 'namespace' | 'key'>): string => JSON.stringify([namespace, key]);
