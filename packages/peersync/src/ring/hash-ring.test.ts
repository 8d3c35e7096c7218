import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HashRing } from './hash-ring.js';
import { Ring } from './ring.js';

interface Recorded {
  readonly members: string[];
  readonly vnodes: number;
  readonly owners: Record<string, string>;
}

const recorded: Recorded[] = JSON.parse(
  readFileSync(new URL('../test/fixtures/ring.json', import.meta.url).pathname.replace('/dist/', '/src/'), 'utf8'),
);

it.each(recorded)('gives $members with $vnodes points the namespaces that the original gives them', (record) => {
  const ring = HashRing.empty(record.vnodes).withMembers(record.members);
  const owners = Object.keys(record.owners).map((namespace) => [namespace, ring.ownerOf(namespace)]);
  expect(Object.fromEntries(owners)).toEqual(record.owners);
});

it('is the same ring whatever way it came to its members', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 8 });
  fc.assert(
    fc.property(ids, ids, fc.array(fc.string()), (first, second, namespaces) => {
      const changed = HashRing.empty(7).withMembers(first).withMembers(second);
      const made = HashRing.empty(7).withMembers([...second].reverse());
      for (const namespace of namespaces) expect(changed.ownerOf(namespace)).toBe(made.ownerOf(namespace));
    }),
  );
});

it('moves only what a member that comes takes', () => {
  const before = HashRing.empty().withMembers(['a', 'b', 'c']);
  const after = before.withMembers(['a', 'b', 'c', 'd']);
  for (let i = 0; i < 2_000; i++) {
    const owner = after.ownerOf(`team-${i}`);
    if (owner !== 'd') expect(owner).toBe(before.ownerOf(`team-${i}`));
  }
});

it('owns nothing without members, and lets an override win over the hash, also one to nobody there', () => {
  expect(HashRing.empty().ownerOf('a')).toBeUndefined();
  const members = new Map([['a', 'a:1']]);
  const ring = Ring.empty().withState({ members, overrides: new Map([['x', 'gone']]), epoch: 3 });
  expect([ring.ownerOf('x'), ring.hashOwnerOf('x'), ring.ownerOf('y')]).toEqual(['gone', 'a', 'a']);
});
