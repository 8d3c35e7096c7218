import { type Capability, type FullStore, forward, MemoryStore, type Page } from '@cfg/core';

/** A store of someone else's: what the contract asks for, with these capabilities only, by `own` or a memory store. */
export async function plainStore(
  capabilities: readonly Capability[] = [],
  own: Partial<FullStore> = {},
): Promise<FullStore> {
  const memory = new MemoryStore();
  await memory.connect();
  const find = async (...asked: Parameters<MemoryStore['find']>): Promise<Page> => {
    const { entries, nextCursor, ...at } = await memory.find(...asked);
    return { entries, nextCursor, ...(capabilities.includes('revisions') && at) };
  };
  return forward(memory, { find, ...own, features: new Set(capabilities) });
}
