// Stands in for nice-grpc where tests are to run through our own door.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../packages/grpc-door/package.json', import.meta.url));

// A CommonJS module does not tell its names before it is run.
export const {
  Channel,
  ChannelCredentials,
  ClientError,
  composeClientMiddleware,
  composeServerMiddleware,
  createChannel,
  createClient,
  createClientFactory,
  Metadata,
  ServerError,
  Status,
  waitForChannelReady,
} = require('nice-grpc');
export { createServer } from '../../packages/grpc-door/dist/index.js';
