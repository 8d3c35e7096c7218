import { HealthDefinition } from 'nice-grpc-server-health';
import type { Call } from '../call.js';
import type { Stage } from './stage.js';

const health = `/${HealthDefinition.fullName}/`;

/** Finds out who calls, once per call. Health checks pass: load balancers make them without a credential. */
export const authentication: Stage = {
  enter: (call) => (call.method.startsWith(health) ? undefined : (call as Call).authenticate()),
};
