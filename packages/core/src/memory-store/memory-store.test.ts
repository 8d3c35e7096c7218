import type { Opened } from '../conformance/index.js';
import { storeConformance, transfers, watchProperty } from '../conformance/index.js';
import { MemoryStore } from './memory-store.js';

const open = async (): Promise<Opened> => {
  const store = new MemoryStore();
  await store.connect();
  return { store, close: () => store.close() };
};

storeConformance('MemoryStore', open);
transfers('MemoryStore', open);
watchProperty('MemoryStore', open, { runs: 1_000 });
