import { announced, type Capability, type Store } from '@cfg/core';
import { featuresHeader } from '@cfg/proto';
import type { Stage } from './stage.js';

/** What a server may announce but this service does not serve yet. */
const unserved: ReadonlySet<Capability> = new Set(['search']);

const served = announced.filter((capability) => !unserved.has(capability));

/** Announces with every reply, errors and streams included, what the store can do now and the service serves. */
export function features(store: Store): Stage {
  // A remote store learns from its server what it can do, so it is asked at each call; the text is made when that differs.
  let known = -1;
  let text = '';
  return {
    enter: (call) => {
      let can = 0;
      for (let at = 0; at < served.length; at += 1) {
        if (store.features.has(served[at] as Capability)) can |= 1 << at;
      }
      if (can !== known) {
        known = can;
        text = served.filter((_, at) => can & (1 << at)).join(' ');
      }
      call.header.set(featuresHeader, text);
    },
  };
}
