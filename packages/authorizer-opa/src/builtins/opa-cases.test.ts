import { compileAllRego, isCompilerThere, RegoError } from '@cfg/rego';
import { describe, expect, it } from 'vitest';
import { canonical } from '../test/canonical.js';
import { bundled, casesOf, type OpaCase, opaModule } from '../test/opa-cases.js';
import { Policy } from '../wasm/policy.js';
import { suppliedBuiltins } from './supplied.js';

const module = opaModule();
const names = [...suppliedBuiltins.keys()];

/** Where we differ, and mean to. */
const differences = [
  // A number that no double holds is undefined here; OPA keeps it as text.
  'strings/test-strings-0921.yaml: strings/sprintf: float too big',
];

/** The built-ins that none of the cases calls; our own tests do. */
const uncovered = ['trace', 'print', 'internal.print', 'time.diff'];

describe.skipIf(module === undefined || !isCompilerThere())(
  "OPA's own cases (needs Go, and the compiler built)",
  () => {
    it('come out as OPA says, for every function that is supplied', async () => {
      const cases = casesOf(module ?? '', names);
      const sources = cases.flatMap((one) => Object.values(one.modules)).join('\n');
      expect(names.filter((name) => !sources.includes(`${name}(`)).sort()).toEqual(uncovered.sort());
      const wrong = await wrongOf(cases);
      expect(wrong.filter((one) => !differences.some((known) => one.startsWith(known)))).toEqual([]);
      expect(wrong).toHaveLength(differences.length);
    }, 300_000);
  },
);

async function wrongOf(cases: readonly OpaCase[]): Promise<string[]> {
  const bundles = bundled(cases, 40);
  const compiled = await compileAllRego(
    bundles.map((bundle) => ({
      modules: Object.assign({}, ...bundle.map(({ modules }) => modules)),
      entrypoints: bundle.map(({ entrypoint }) => entrypoint),
    })),
  );
  const wrong: string[] = [];
  for (const [index, bundle] of bundles.entries()) {
    const result = compiled[index];
    for (const one of bundle) {
      const fault = result instanceof RegoError ? result.message : await faultOf(one, result?.wasm ?? new Uint8Array());
      if (fault !== undefined) wrong.push(`${one.name}: ${fault}`);
    }
  }
  return wrong;
}

async function faultOf(one: OpaCase, wasm: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  try {
    const policy = await Policy.load(wasm, { data: one.data, entrypoint: one.entrypoint });
    const now = BigInt(Date.now()) * 1_000_000n;
    const found = canonical(policy.evaluate(one.input, { now, drawn: new Map(), print: () => {} }));
    const expected = canonical(one.expected?.value);
    return found === expected ? undefined : `${found} instead of ${expected}`;
  } catch (error) {
    return String(error);
  }
}
