import { announced, type Capability, type Store } from '@cfg/core';
import { featuresHeader } from '@cfg/proto';
import type { Stage } from './stage.js';

/**
 * Announces with every reply, errors and streams included, what the store can do now.
 *
 * @param more what the service can do where the store cannot
 */
export function features(store: Store, more: ReadonlySet<Capability>): Stage {
  // A remote store learns from its server what it can do, so it is asked at each call; the text is made when that differs.
  let known = -1;
  let text = '';
  return {
    enter: (call) => {
      let can = 0;
      for (let at = 0; at < announced.length; at += 1) {
        const capability = announced[at] as Capability;
        if (store.features.has(capability) || more.has(capability)) can |= 1 << at;
      }
      if (can !== known) {
        known = can;
        text = announced.filter((_, at) => can & (1 << at)).join(' ');
      }
      call.header.set(featuresHeader, text);
    },
  };
}
