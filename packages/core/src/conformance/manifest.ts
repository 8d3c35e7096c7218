import { expect } from 'vitest';
import type { FullStore } from '../contract/capabilities.js';
import { type Capability, capabilities } from '../contract/capability.js';
import type { Store } from '../contract/store.js';
import { expectCode, json, type Section } from './context.js';

/** A call that needs the capability, for a store that says that it does not have it. */
const uses: Partial<Record<Capability, (store: FullStore) => Promise<unknown>>> = {
  revisions: (store) => store.revision('ns'),
  cas: (store) => store.set('ns', 'a', json(2), { ifVersion: 1 }),
  ttl: (store) => store.set('ns', 'a', json(2), { ttlMs: 60_000 }),
  requests: (store) => store.set('ns', 'a', json(2), { requestId: 'r' }),
  tombstones: (store) => store.find('ns', { includeDeleted: true }),
  batch: (store) => store.batch('ns', [{ type: 'delete', key: 'a' }]),
  restore: (store) => store.restore('ns', { key: 'a', to: { version: 1 } }),
  authors: (store) => store.set('ns', 'a', json(2), { comment: 'why' }),
  search: (store) => store.search({ text: 'ab' }),
  audit: (store) => store.audit({ namespace: 'ns' }),
  snapshot: (store) => store.snapshot('ns'),
  versions: (store) => store.versions('ns', 'a'),
  aliases: (store) => store.listAliases(),
  namespaces: (store) => store.namespaces(),
  stats: (store) => store.stats(),
};

const methodsOf = (capability: Capability): readonly string[] => capabilities[capability];

const has = (store: Store, method: string): boolean =>
  typeof (store as unknown as Record<string, unknown>)[method] === 'function';

/** The capabilities that a store announces are those that it has, and the reverse. */
export const manifest: Section = (test) => {
  test('what it says that it can is there, and works', async (store) => {
    await store.set('ns', 'a', json(1));
    for (const capability of store.features) {
      for (const method of methodsOf(capability)) expect(has(store, method), method).toBe(true);
      await uses[capability]?.(store as FullStore).catch((error: unknown) => {
        // A batch before this one may have deleted the key: any answer but that it cannot is one.
        expect(error, capability).not.toMatchObject({ code: 'unsupported' });
      });
    }
  });

  test('what it does not say is not there, or refused before anything is done', async (store) => {
    await store.set('ns', 'a', json(1));
    for (const capability of Object.keys(capabilities) as Capability[]) {
      const use = uses[capability];
      if (store.features.has(capability) || use === undefined) continue;
      if (!methodsOf(capability).every((method) => has(store, method))) continue;
      await expectCode(use(store as FullStore), 'unsupported', 'versioning_not_supported');
    }
    expect(await store.get('ns', 'a')).toMatchObject({ version: 1 });
  });
};
