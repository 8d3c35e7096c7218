/** One call, and how it was answered. `began` and `ended` are moments of one clock, each given once. */
export interface Call {
  readonly began: number;
  readonly ended: number;
  readonly did: Deed;
}

/** Versions by key. 0 says that there is no entry. */
export type Versions = Readonly<Record<string, number>>;

/** A call and its answer. A version is that of the entry; 0 says that there is none. */
export type Deed =
  | { readonly is: 'get'; readonly key: string; readonly found: number }
  /** Keys read as of one moment. */
  | { readonly is: 'list'; readonly found: Versions }
  | { readonly is: 'set'; readonly key: string; readonly made: number }
  /** Sets of several keys, all or nothing. */
  | { readonly is: 'batch'; readonly made: Versions }
  /** A compare-and-set that expected a version: it made one, or was told the one that is there. */
  | { readonly is: 'swap'; readonly key: string; readonly expected: number; readonly made: number }
  | { readonly is: 'refused'; readonly key: string; readonly expected: number; readonly current: number }
  | { readonly is: 'delete'; readonly key: string; readonly done: boolean };

/** The last version of each key; negative where the key has been deleted since. A key that is missing never was. */
type State = Versions;

/**
 * Whether the calls on keys that begin without a value could have happened one after the other, each at some moment between
 * its beginning and its end. Tries every order that the times allow, and none twice (Wing & Gong, with Lowe's memory of
 * what was tried).
 */
export function isLinearizable(calls: readonly Call[]): boolean {
  const ordered = [...calls].sort((a, b) => a.began - b.began);
  const all = (1n << BigInt(ordered.length)) - 1n;
  const tried = new Set<string>();
  const stack: { done: bigint; state: State }[] = [{ done: 0n, state: {} }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { done, state } = at;
    if (done === all) return true;
    const name = `${done.toString(36)} ${JSON.stringify(Object.entries(state).sort())}`;
    if (tried.has(name)) continue;
    tried.add(name);
    const nexts: { done: bigint; state: State }[] = [];
    let earliestEnd = Number.POSITIVE_INFINITY;
    for (const [index, { began, ended, did }] of ordered.entries()) {
      if ((done >> BigInt(index)) & 1n) continue;
      // Whatever begins after another has ended comes after it.
      if (began > earliestEnd) break;
      earliestEnd = Math.min(earliestEnd, ended);
      const next = after(state, did);
      if (next === undefined) continue;
      const step = { done: done | (1n << BigInt(index)), state: next };
      // A call that changes nothing and can come now may come now: whatever could follow it still can.
      if (next === state) nexts.length = 0;
      nexts.push(step);
      if (next === state) break;
    }
    stack.push(...nexts);
  }
  return false;
}

/** The state after a call, the same object where it changed nothing; `undefined`: the call cannot have been answered so. */
function after(state: State, did: Deed): State | undefined {
  const current = (key: string): number => Math.max(0, state[key] ?? 0);
  const isNext = (key: string, version: number): boolean => version === Math.abs(state[key] ?? 0) + 1;
  switch (did.is) {
    case 'get':
      return did.found === current(did.key) ? state : undefined;
    case 'list':
      return Object.entries(did.found).every(([key, version]) => version === current(key)) ? state : undefined;
    case 'set':
      return isNext(did.key, did.made) ? { ...state, [did.key]: did.made } : undefined;
    case 'batch':
      return Object.entries(did.made).every(([key, version]) => isNext(key, version))
        ? { ...state, ...did.made }
        : undefined;
    case 'swap':
      if (did.expected !== current(did.key) || !isNext(did.key, did.made)) return undefined;
      return { ...state, [did.key]: did.made };
    case 'refused':
      return did.current === current(did.key) && did.expected !== did.current ? state : undefined;
    case 'delete':
      if (did.done !== current(did.key) > 0) return undefined;
      return did.done ? { ...state, [did.key]: -current(did.key) } : state;
  }
}
