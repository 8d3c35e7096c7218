import { byStage } from '../../state/stages.ts';

/** Namespaces that differ in what follows the first colon: the stages of one app, mostly. */
export interface Group {
  readonly name: string;
  readonly namespaces: readonly string[];
}

/** Groups namespaces by what is before their first colon, in the order in which the groups first appear; stages in theirs. */
export function groupsOf(namespaces: readonly string[]): readonly Group[] {
  const groups = new Map<string, string[]>();
  for (const namespace of namespaces) {
    const name = namespace.split(':')[0] ?? namespace;
    const group = groups.get(name) ?? [];
    groups.set(name, [...group, namespace]);
  }
  return [...groups].map(([name, list]) => ({ name, namespaces: byStage(list) }));
}

/** The name of a namespace within its group. */
export const stageOf = (namespace: string, { name }: Group): string =>
  namespace === name ? namespace : namespace.slice(name.length + 1);
