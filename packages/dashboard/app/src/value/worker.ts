// Parses and compares values away from the page's thread.
import { blame } from './blame.ts';
import { type Data, writeJson } from './json.ts';
import type { Language } from './language.ts';
import { parse } from './parse.ts';
import { differences } from './semantic-diff.ts';
import type { ShownDifference, Task, TaskResult } from './tools.ts';

const maxDifferences = 2_000;

self.onmessage = ({ data: { id, task } }: MessageEvent<{ id: number; task: Task }>) => {
  self.postMessage({ id, result: perform(task) });
};

function perform(task: Task): TaskResult {
  if (task.kind === 'parse') return { kind: 'parse', parsed: parse(task.language, task.text) };
  if (task.kind === 'lint') {
    const result = parse(task.language, task.text);
    return { kind: 'lint', fault: 'fault' in result ? result.fault : undefined };
  }
  if (task.kind === 'names') {
    const names = new Set<string>();
    for (const { language, text } of task.values) collect(language, text, names);
    return { kind: 'names', names: [...names].sort() };
  }
  if (task.kind === 'blame') {
    const parts = blame(task.versions.map(dataOf)).slice(0, maxDifferences);
    return { kind: 'blame', parts: parts.map(({ path, data, from }) => ({ path, value: writeJson(data), from })) };
  }
  const [left, right] = [parse(...task.left), parse(...task.right)];
  if ('fault' in left || 'fault' in right) return { kind: 'diff', differences: undefined };
  const found = differences(left.data, right.data).slice(0, maxDifferences);
  const shown = found.map(
    ({ path, kind, left: before, right: after }): ShownDifference => ({
      path,
      kind,
      left: before === undefined ? undefined : writeJson(before),
      right: after === undefined ? undefined : writeJson(after),
    }),
  );
  return { kind: 'diff', differences: shown };
}

function dataOf(version: readonly [Language, string] | undefined): Data | undefined {
  const result = version && parse(...version);
  return result && 'data' in result ? result.data : undefined;
}

/** The names of all members of a value. */
function collect(language: Language, text: string, names: Set<string>): void {
  const result = parse(language, text);
  if ('fault' in result) return;
  const visit = (data: unknown): void => {
    if (typeof data !== 'object' || data === null) return;
    if (!Array.isArray(data)) for (const name of Object.keys(data)) names.add(name);
    for (const each of Object.values(data)) visit(each);
  };
  visit(result.data);
}
