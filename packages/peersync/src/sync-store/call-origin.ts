import { AsyncLocalStorage } from 'node:async_hooks';
import type { Stage } from '@cfg/service';

/** The header that names the nodes that a call has come through, separated by commas. */
export const hopHeader = 'cfg-hop';

/** Where the call that is being served has come from. */
export interface CallOrigin {
  /** The nodes that it came through; empty: it is a caller's own. */
  readonly hops: string;
  /** The caller's own credential, to be passed on. */
  readonly authorization: string | undefined;
}

const origins = new AsyncLocalStorage<CallOrigin>();

/** The origin of the call that is being served, if {@link originStage} saw it. */
export const callOrigin = (): CallOrigin | undefined => origins.getStore();

/**
 * For the service over a `SyncStore`: remembers where each call comes from, so that one that a peer sent is not sent on,
 * and that one that is sent on carries its caller's credential. Whoever sends the header himself only gets an error
 * where his call would have been sent on.
 *
 * @example
 * createConfigService(syncStore, { guard, stages: { outer: [originStage()] } });
 */
export function originStage(): Stage {
  return {
    enter({ metadata }) {
      origins.enterWith({ hops: metadata.get(hopHeader) ?? '', authorization: metadata.get('authorization') });
    },
  };
}
