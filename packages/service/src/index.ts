// The service
export { addConfigService } from './add-config-service.js';
export { type ConfigService, createConfigService, type ServiceStages } from './config-service.js';
export type { ConfigServiceOptions } from './options.js';
// In the same process
export {
  createInProcessClient,
  type InProcessCallOptions,
  type InProcessClient,
  type InProcessClientOptions,
} from './in-process-client.js';
// Guards
export {
  type Action,
  allowAll,
  type Decision,
  denyAll,
  type Guard,
  type GuardContext,
  type Resource,
} from './guard.js';
export { anonymous, type Identity } from './identity.js';
// Errors on the wire
export { toServerError, type WireStatus, wireStatuses } from './status.js';
// For who composes a middleware
export type { Call } from './call.js';
export { fuse } from './middleware/fuse.js';
export type { Stage } from './middleware/stage.js';
