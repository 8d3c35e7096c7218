import type { ServerResponse } from 'node:http';
import { type Logger, safeLogger } from '@cfg/core';
import {
  askGuard,
  callerOf,
  type Guard,
  type GuardContext,
  type HttpHandler,
  type HttpRequest,
  refusal,
  toServerError,
} from '@cfg/service';
import { Status } from 'nice-grpc-common';

import { errorReply } from './error-reply.js';
import { MetadataReader } from './metadata.js';

export interface AuthOptions {
  /**
   * How long the guard may take for each of its two answers, in milliseconds; after that the request gets a 503. Default
   * 5,000; 1 to 2³¹ − 1.
   */
  readonly guardTimeoutMs?: number | undefined;
  /** Where it is written why a guard failed, which callers are not told. Default: silent. */
  readonly logger?: Logger | undefined;
}

/** The object that express gives handlers for notes of their own. */
type Response = ServerResponse & { locals?: Record<string, unknown> };

/**
 * Protects other routes of the application with the service's guard, before the gateway or beside it. The action is
 * `"<METHOD>:<path>"`, the path as the caller wrote it (without the query), so a guard should name what it allows
 * rather than what it denies. The resource is empty.
 *
 * Responds with 401 if `authenticate` throws (or the error's own status, if it has one), 403 with the reason if the
 * decision is no, 500 if `authorize` throws, 503 if the guard does not answer in time, each with the JSON error object.
 * Else `response.locals.identity` is the caller's. Throws `invalid_argument` for a timeout out of its range.
 *
 * @example
 * app.use('/admin', authMiddleware(guard), adminRoutes);
 */
export function authMiddleware(guard: Guard, options: AuthOptions = {}): HttpHandler {
  const logger = safeLogger(options.logger);
  const asked = askGuard(guard, { timeoutMs: options.guardTimeoutMs, logger });
  const metadataReader = new MetadataReader();

  const protect = async (request: HttpRequest, response: Response): Promise<boolean> => {
    try {
      const action = `${request.method}:${pathOf(request)}`;
      const caller = callerOf(request);
      const metadata = metadataReader.read(request, () => caller);
      const context: GuardContext = {
        metadata,
        peer: caller.peer,
        certificate: caller.certificate,
        signal: goneSignal(response),
        method: action,
      };
      const identity = await asked.authenticate(context);
      const resource = { namespace: '', key: '', prefix: '' };
      const denied = refusal(await asked.decide(identity, { action, resource }, context));
      if (denied !== undefined) throw denied;
      if (response.locals) response.locals.identity = identity;
      return true;
    } catch (cause) {
      const error = toServerError(cause);
      if (error.code === Status.INTERNAL) {
        logger.error({ err: cause, method: request.method, url: request.url }, 'guard failed');
      }
      const { status, headers, body } = errorReply(error);
      if (!response.destroyed) {
        response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body));
      }
      return false;
    }
  };

  return (request, response, next) => {
    void protect(request, response).then((allowed) => {
      if (allowed) next?.();
    });
  };
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

/** The whole path, also inside an application that is mounted under one. */
function pathOf(request: HttpRequest): string {
  const url = request.originalUrl ?? request.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
