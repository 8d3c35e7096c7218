import type { InProcessCallOptions } from '@cfg/service';
import type { CallOptions } from 'nice-grpc-common';

/** Options of a call to the service: nice-grpc's, and what the clients of our own take besides. */
export interface ServiceCallOptions extends CallOptions, InProcessCallOptions {}
