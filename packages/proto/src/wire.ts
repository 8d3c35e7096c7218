/** The header of every reply that names the features of the server, separated by spaces; the original sends none. */
export const featuresHeader = 'cfg-features';

/** The domain of every `google.rpc.ErrorInfo` of the protocol. */
export const errorDomain = 'config.rbaliyan.com';

/** The largest message that both ends take: 64 MiB, since a snapshot of 10,000 entries is over gRPC's own 4 MiB. */
export const maxMessageBytes: number = 64 * 1024 * 1024;

/** The header of an answer that comes from a copy, as its holder is gone: how old that is, in milliseconds, or `unknown`. */
export const staleHeader = 'cfg-stale';
