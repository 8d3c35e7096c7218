import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { canonical } from './test/canonical.js';
import { decideByOpa, isOpaThere } from './test/opa.mjs';
import { Policy } from './wasm/policy.js';

interface Table {
  readonly data: object;
  readonly rows: readonly { readonly input: object; readonly decision: unknown }[];
}

const file = (name: string): URL => new URL(`test/table/${name}`, import.meta.url);
const table: Table = JSON.parse(gunzipSync(readFileSync(file('table.json.gz'))).toString());

describe('a policy that asks for as much of OPA as it can', () => {
  it('has 1,000 inputs, some allowed and some not', () => {
    const allowed = table.rows.filter(({ decision }) => (decision as { allow: boolean }).allow);
    expect(table.rows).toHaveLength(1_000);
    expect(allowed.length).toBeGreaterThan(250);
    expect(allowed.length).toBeLessThan(750);
  });

  it('decides them here as in OPA', async () => {
    const wasm = new Uint8Array(gunzipSync(readFileSync(file('table.wasm.gz'))));
    const policy = await Policy.load(wasm, { data: table.data, entrypoint: 'config/authz/decision' });
    const context = () => ({ now: BigInt(Date.now()) * 1_000_000n, drawn: new Map(), print: () => {} });
    for (const { input, decision } of table.rows) {
      const decided = policy.evaluate(JSON.stringify(input), context());
      expect(canonical(decided), JSON.stringify(input)).toBe(canonical(decision));
    }
  }, 300_000);

  it.skipIf(!isOpaThere())(
    'is decided by OPA as the table says (needs opa on the PATH)',
    () => {
      const inputs = table.rows.map(({ input }) => input);
      const decided = decideByOpa(fileURLToPath(file('table.rego')), table.data, inputs);
      expect(decided.map(canonical)).toEqual(table.rows.map(({ decision }) => canonical(decision)));
    },
    300_000,
  );
});
