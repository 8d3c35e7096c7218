// The entry `@cfg/client/channel`: for whatever else of ours talks to a server (gateway, peers, command line)

// The error that a failed call stands for
export { toConfigError } from '../status.js';
export { type ConnectionOptions, type KeepaliveOptions, openChannel } from './open-channel.js';
export type { TlsOptions } from './tls.js';
