import { HealthDefinition } from 'nice-grpc-server-health';
import type { Authorizer } from '../authorizer.js';
import type { Stage } from './stage.js';

const health = `/${HealthDefinition.fullName}/`;

/** Finds out who calls, once per call; health checks, which load balancers make without a credential, pass. */
export function authentication(authorizer: Authorizer): Stage {
  return {
    enter: (call) => (call.method.startsWith(health) ? undefined : authorizer.authenticate(call)),
  };
}
