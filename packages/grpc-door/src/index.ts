// The server
export type { Admit, Admitted } from './grpc/admission.js';
export type { CompressionPolicy } from './grpc/call-environment.js';
// Hooks by which an implementation becomes faster
export type { DoorContext } from './grpc/call-context.js';
export type { ReadyIterator } from './grpc/response-pump.js';
export type { LimitName } from './http2/limits.js';
export type { Rate } from './http2/rate-limit.js';
// Counts of its work
export type { DoorMetrics } from './metrics.js';
// For another door beside it
export { HostCount } from './net/host-count.js';
export type { DoorCredentials } from './net/credentials.js';
export type { DoorOptions, LimitReached } from './options.js';
export { type AddOptions, createServer, type Server } from './server.js';
