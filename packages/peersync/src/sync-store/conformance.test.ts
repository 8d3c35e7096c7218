import { storeConformance } from '@cfg/core/conformance';
import { startNode, TestBus } from '../test/sync-cluster.js';

const reason = "the node's own records are in the same log, so that revisions do not count from 1";

// Everything that a store must do, through a node that is alone: what several nodes add is in sync-store.test.ts.
storeConformance(
  'SyncStore',
  async () => {
    const { store } = await startNode('a', new TestBus());
    return { store, close: () => store.close() };
  },
  {
    without: {
      past: reason,
      resume: reason,
      audit: 'what was written is told by each node of itself',
    },
  },
);
