// The entry `@cfg/client/channel`: for whatever else of ours talks to a server (gateway, peers, command line)
export { type ConnectionOptions, type KeepaliveOptions, openChannel } from './open-channel.js';
export type { TlsOptions } from './tls.js';
