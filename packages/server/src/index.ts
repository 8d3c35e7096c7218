// A server in one call, for tests, examples and programs of your own
export type { LogLevel } from './log.js';
export type { ServerOptions } from './options.js';
export { type RunningServer, startServer } from './server.js';
