import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request handler for express, connect, or `node:http` itself (which gives no `next`). */
export type HttpHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;
