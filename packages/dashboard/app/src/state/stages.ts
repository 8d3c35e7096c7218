const stages = /(dev|test|qa|int|stag|pre|prod|live)/i;
const stageOrder = ['dev', 'test', 'qa', 'int', 'stag', 'pre', 'prod', 'live'];

/** From development to production, where names say so. */
export function byStage(names: readonly string[]): readonly string[] {
  const rank = (name: string): number => {
    const found = stages.exec(name.slice(Math.max(0, name.search(/[^:.\-_]+$/))))?.[1]?.toLowerCase();
    return found === undefined ? stageOrder.length : stageOrder.indexOf(found);
  };
  return names.toSorted((a, b) => rank(a) - rank(b));
}
