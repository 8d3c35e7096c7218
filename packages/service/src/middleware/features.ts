import type { Capability, Store } from '@cfg/core';
import { featuresHeader } from '@cfg/proto';
import type { Stage } from './stage.js';

/** In the order of the wire; a feature joins when its calls are implemented here, whatever the store could do. */
const served: readonly Capability[] = ['revisions', 'cas', 'ttl', 'requests', 'tombstones'];

/** Announces with every reply, errors and streams included, what the store can do and the service serves. */
export function features(store: Store): Stage {
  // A remote store learns its features from its server's first reply: they can grow, never shrink.
  let size = -1;
  let value = '';
  return {
    enter: (call) => {
      if (store.features.size !== size) {
        size = store.features.size;
        value = served.filter((feature) => store.features.has(feature)).join(' ');
      }
      call.context.header.set(featuresHeader, value);
      return undefined;
    },
  };
}
