import { announced, type Store } from '@cfg/core';
import { featuresHeader } from '@cfg/proto';
import type { Stage } from './stage.js';

/** Announces with every reply, errors and streams included, what the store can do now. */
export function features(store: Store): Stage {
  // A remote store learns from its server what it can do, so it is asked at each call; the text is made when that differs.
  let known = -1;
  let text = '';
  return {
    enter: (call) => {
      let can = 0;
      for (let at = 0; at < announced.length; at += 1) {
        if (store.features.has(announced[at] as (typeof announced)[number])) can |= 1 << at;
      }
      if (can !== known) {
        known = can;
        text = announced.filter((_, at) => can & (1 << at)).join(' ');
      }
      call.header.set(featuresHeader, text);
    },
  };
}
