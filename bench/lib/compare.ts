/** What one side of a comparison does in one round; resolves with its rate, operations per second, say. */
export type Side = () => Promise<number>;

/** The medians of both sides' rates. */
export interface Comparison {
  readonly bare: number;
  readonly ours: number;
  /** `ours / bare`, so 1 is as fast as the bare library. */
  readonly ratio: number;
}

/**
 * Measures ours against the bare library in alternating rounds, so that whatever else the machine does meets both.
 * The first round of each side only warms up.
 */
export async function compare(bare: Side, ours: Side, rounds = 7): Promise<Comparison> {
  const rates = { bare: [] as number[], ours: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const sides = round % 2 === 0 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const);
    for (const side of sides) {
      const rate = await (side === 'bare' ? bare : ours)();
      if (round > 0) rates[side].push(rate);
    }
  }
  const result = { bare: median(rates.bare), ours: median(rates.ours) };
  return { ...result, ratio: result.ours / result.bare };
}

/** The middle of the values, 0 when there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
