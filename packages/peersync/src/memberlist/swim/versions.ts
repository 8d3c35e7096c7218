import type { NodeState } from '../wire/node-state.js';

/**
 * Why these nodes cannot be in one cluster: the versions that one of them speaks are outside what all understand, of
 * memberlist's protocol or of the application's. Undefined: they can.
 */
export function versionFault(
  ...groups: readonly Iterable<Pick<NodeState, 'name' | 'state' | 'vsn'>>[]
): string | undefined {
  const alive = groups.flatMap((group) => [...group]).filter(({ state }) => state === 'alive');
  for (const [what, least, most, current] of [
    ['protocol', 0, 1, 2],
    ['application', 3, 4, 5],
  ] as const) {
    const at = (vsn: Uint8Array, i: number): number => vsn[i] ?? 0;
    const highestLeast = Math.max(0, ...alive.map(({ vsn }) => at(vsn, least)));
    const lowestMost = Math.min(255, ...alive.map(({ vsn }) => at(vsn, most)));
    const wrong = alive.find(({ vsn }) => at(vsn, current) < highestLeast || at(vsn, current) > lowestMost);
    if (wrong !== undefined) return `${wrong.name} speaks a ${what} version that others do not understand`;
  }
  return undefined;
}
