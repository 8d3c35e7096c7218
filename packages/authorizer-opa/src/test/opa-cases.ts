import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** One of the cases that OPA tests its own evaluator with. */
export interface OpaCase {
  /** Its name, with the file's, as names are used twice. */
  readonly name: string;
  readonly modules: Readonly<Record<string, string>>;
  /** As in `generated/p`. */
  readonly entrypoint: string;
  readonly data: unknown;
  /** In JSON; empty for none. */
  readonly input: string;
  /** Undefined where the rule shall be undefined, or fail, which is the same to WebAssembly. */
  readonly expected: { readonly value: unknown } | undefined;
}

/** Functions that are not supplied, or that only OPA's test program has. */
const refused = /\b(?:test\.sleep|opa\.runtime)\b/;

interface Written {
  note: string;
  query: string;
  modules?: string[];
  data?: unknown;
  input?: unknown;
  input_term?: string;
  want_result?: { x?: unknown }[];
  want_error?: string;
  want_error_code?: string;
  strict_error?: boolean;
  want_defined?: boolean;
}

const tools = fileURLToPath(new URL('../../../../tools/rego-compiler', import.meta.url));

/** The folder of OPA's module in Go's cache; undefined where there is no Go, or the module was never fetched. */
export function opaModule(): string | undefined {
  try {
    const list = ['list', '-m', '-f', '{{.Dir}}', 'github.com/open-policy-agent/opa'];
    const dir = execFileSync('go', list, { cwd: tools, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return dir === '' ? undefined : dir;
  } catch {
    return undefined;
  }
}

/** The cases that call one of `builtins` and ask for one rule. */
export function casesOf(module: string, builtins: readonly string[]): OpaCase[] {
  const root = join(module, 'v1/test/cases/testdata/v1');
  const calls = new RegExp(`(?<![\\w.])(?:${builtins.map((name) => name.replaceAll('.', '\\.')).join('|')})\\(`);
  return globSync('**/*.yaml', { cwd: root })
    .sort()
    .flatMap((file) => {
      const { cases = [] }: { cases?: Written[] } = parse(readFileSync(join(root, file), 'utf8'), { merge: true });
      return cases.flatMap((written) => caseOf(written, file, calls));
    });
}

function caseOf(written: Written, file: string, calls: RegExp): OpaCase[] {
  const { modules = [], query, want_result, want_error, want_error_code, strict_error, input_term } = written;
  const [, path] = /^data\.([\w.]+) = x$/.exec(query) ?? [];
  if (path === undefined || !isJson(input_term ?? 'null') || !modules.some((source) => calls.test(source))) return [];
  const fails = want_error !== undefined || want_error_code !== undefined;
  if (fails && strict_error !== true) return []; // what the compiler refuses, or what ends an evaluation
  if (modules.some((source) => refused.test(source))) return [];
  const result = want_result?.[0];
  return [
    {
      name: `${file}: ${written.note}`,
      modules: Object.fromEntries(modules.map((source, index) => [`${index}.rego`, source])),
      entrypoint: path.replaceAll('.', '/'),
      data: written.data ?? {},
      input: input_term ?? JSON.stringify(written.input) ?? '',
      expected: fails || result === undefined || !('x' in result) ? undefined : { value: result.x },
    },
  ];
}

/** An input with sets or keys that are no strings is none that a guard could have. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The cases in bundles, each to be compiled at once, for it is the start of a module that takes the compiler so long. In
 * a bundle each case has a root of its own. A case with data is alone, as its data would have to move too.
 */
export function bundled(cases: readonly OpaCase[], size: number): OpaCase[][] {
  const alone = cases.filter(({ data }) => !isEmpty(data)).map((one) => [one]);
  const movable = cases.filter(({ data }) => isEmpty(data)).map((one, index) => moved(one, `case${index}`));
  const bundles = Array.from({ length: Math.ceil(movable.length / size) }, (_, index) =>
    movable.slice(index * size, (index + 1) * size),
  );
  return [...bundles, ...alone];
}

const isEmpty = (data: unknown): boolean => Object.keys(data as object).length === 0;

function moved(one: OpaCase, root: string): OpaCase {
  const sources = Object.values(one.modules);
  const roots = sources.flatMap((source) => /^package\s+(\w+)/m.exec(source)?.[1] ?? []);
  const references = new RegExp(`\\bdata\\.(?=(?:${roots.join('|')})\\b)`, 'g');
  const modules = sources.map((source, index) => [
    `${root}-${index}.rego`,
    source.replace(/^package\s+/m, `package ${root}.`).replace(references, `data.${root}.`),
  ]);
  return { ...one, modules: Object.fromEntries(modules), entrypoint: `${root}/${one.entrypoint}` };
}
