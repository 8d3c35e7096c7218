/** One call on one key, and how it was answered. `began` and `ended` are moments of one clock, each given once. */
export interface Call {
  readonly began: number;
  readonly ended: number;
  readonly did: Deed;
}

/** A call and its answer. A version is that of the entry; 0 says that there is none. */
export type Deed =
  | { readonly is: 'get'; readonly found: number }
  | { readonly is: 'set'; readonly made: number }
  /** A compare-and-set that expected a version: it made one, or was told the one that is there. */
  | { readonly is: 'swap'; readonly expected: number; readonly made: number }
  | { readonly is: 'refused'; readonly expected: number; readonly current: number }
  | { readonly is: 'delete'; readonly done: boolean };

/** The state of a key: its last version, and whether it is there. */
interface State {
  readonly version: number;
  readonly live: boolean;
}

/**
 * Whether the calls on one key, which begins without a value, could have happened one after the other, each at some
 * moment between its beginning and its end. Tries every order that the times allow, and none twice (Wing & Gong, with
 * Lowe's memory of what was tried).
 */
export function isLinearizable(calls: readonly Call[]): boolean {
  const ordered = [...calls].sort((a, b) => a.began - b.began);
  const all = (1n << BigInt(ordered.length)) - 1n;
  const tried = new Set<string>();
  const stack: { done: bigint; state: State }[] = [{ done: 0n, state: { version: 0, live: false } }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { done, state } = at;
    if (done === all) return true;
    const name = `${done} ${state.version} ${state.live}`;
    if (tried.has(name)) continue;
    tried.add(name);
    let earliestEnd = Number.POSITIVE_INFINITY;
    for (const [index, { began, ended, did }] of ordered.entries()) {
      if ((done >> BigInt(index)) & 1n) continue;
      // Whatever begins after another has ended comes after it.
      if (began > earliestEnd) break;
      earliestEnd = Math.min(earliestEnd, ended);
      const next = after(state, did);
      if (next !== undefined) stack.push({ done: done | (1n << BigInt(index)), state: next });
    }
  }
  return false;
}

/** The state after a call; `undefined` where the call could not have been answered so. */
function after(state: State, did: Deed): State | undefined {
  const current = state.live ? state.version : 0;
  switch (did.is) {
    case 'get':
      return did.found === current ? state : undefined;
    case 'set':
      return did.made === state.version + 1 ? { version: did.made, live: true } : undefined;
    case 'swap':
      return did.expected === current && did.made === state.version + 1 ? { version: did.made, live: true } : undefined;
    case 'refused':
      return did.current === current && did.expected !== current ? state : undefined;
    case 'delete':
      if (did.done !== state.live) return undefined;
      return { version: state.version, live: false };
  }
}
