import type { InProcessCallOptions } from '@cfg/service';
import type { CallOptions } from 'nice-grpc-common';
import type { Cancellation } from './cancellation.js';

/** Options of a call to the service: nice-grpc's, and what the clients of our own take besides. */
export interface ServiceCallOptions extends CallOptions, InProcessCallOptions {
  /** What a client of ours heeds in place of the signal, which need not be made then. */
  readonly cancellation?: Cancellation | undefined;
}
