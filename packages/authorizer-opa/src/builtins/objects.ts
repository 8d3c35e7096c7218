import { formatValue, isArray, isEqual, RegoObject, RegoSet, type RegoValue } from '../rego/value.js';
import { arrayAt, type Builtins, membersAt, objectAt } from './builtin.js';
import { BuiltinError } from './builtin-error.js';
import { applyPatch } from './json-patch.js';

export const objectBuiltins: Builtins = {
  'object.subset': ([whole, part]) => {
    const answer = whole === undefined || part === undefined ? undefined : subset(whole, part);
    if (answer !== undefined) return answer;
    throw new BuiltinError('both arguments object.subset must be of the same type or array and set');
  },
  'json.patch': (args) => applyPatch(args[0] ?? null, arrayAt(args, 1)),
  'graph.reachable_paths': (args) => reachablePaths(objectAt(args, 0), membersAt(args, 1)),
};

/** Whether `whole` has all that `part` has; undefined for kinds that cannot be compared so. */
function subset(whole: RegoValue, part: RegoValue): boolean | undefined {
  if (whole instanceof RegoObject && part instanceof RegoObject) {
    return part.entries.every(([key, value]) => {
      const there = whole.get(key);
      return there !== undefined && (isEqual(there, value) || nested(there, value));
    });
  }
  if (part instanceof RegoSet && (whole instanceof RegoSet || isArray(whole))) {
    const there = whole instanceof RegoSet ? whole.texts() : new Set(whole.map(formatValue));
    return part.elements.every((element) => there.has(formatValue(element)));
  }
  return isArray(whole) && isArray(part) ? hasRun(whole.map(formatValue), part.map(formatValue)) : undefined;
}

/** Within objects, a set is no part of an array. */
const nested = (whole: RegoValue, part: RegoValue): boolean =>
  !(isArray(whole) && part instanceof RegoSet) && subset(whole, part) === true;

const hasRun = (whole: readonly string[], run: readonly string[]): boolean =>
  whole.some((_, start) => run.every((element, offset) => whole[start + offset] === element)) || run.length === 0;

/** All ways through a graph, from each of some nodes to an end or to where a way would come back to itself. */
function reachablePaths(graph: RegoObject, roots: readonly RegoValue[]): RegoSet {
  const edgesOf = new Map(graph.entries.map(([node, edges]) => [formatValue(node), edges]));
  const found: RegoValue[] = [];
  const walk = (node: RegoValue, way: readonly RegoValue[], seen: ReadonlySet<string>): void => {
    if (found.length > maxPaths) throw new RangeError(`graph.reachable_paths: more than ${maxPaths} paths`);
    const name = formatValue(node);
    const edges = edgesOf.get(name);
    if (edges === undefined) return void found.push(way);
    const longer = [...way, node];
    const next = neighbours(edges);
    if (next.length === 0) found.push(longer);
    const passed = new Set(seen).add(name);
    for (const neighbour of next) {
      if (passed.has(formatValue(neighbour))) found.push(longer);
      else walk(neighbour, longer, passed);
    }
  };
  for (const root of roots) {
    if (edgesOf.has(formatValue(root))) walk(root, [], new Set());
  }
  return RegoSet.of(found);
}

/** The paths of a dense graph are too many to be listed. */
const maxPaths = 100_000;

const neighbours = (edges: RegoValue): readonly RegoValue[] =>
  isArray(edges) ? edges : edges instanceof RegoSet ? edges.elements : [];
