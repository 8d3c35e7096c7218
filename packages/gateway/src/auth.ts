import type { ServerResponse } from 'node:http';
import { isConfigError, type Logger, maxInt32, safeLogger, wholeNumber } from '@cfg/core';
import { type Decision, type Guard, type GuardContext, type Identity, toServerError } from '@cfg/service';
import { ServerError, Status } from 'nice-grpc-common';
import { callerOf, type GatewayRequest } from './caller.js';
import { errorReply, HttpError, unauthenticated } from './errors.js';
import type { GatewayHandler } from './handler.js';
import { MetadataReader } from './metadata.js';

export interface AuthOptions {
  /**
   * How long the guard may take to answer each of its two questions, in milliseconds; after that it is 503. Default
   * 5,000; 1 to 2³¹ − 1.
   */
  readonly guardTimeoutMs?: number | undefined;
  /** Told why a guard failed, which callers are not. Default: says nothing. */
  readonly logger?: Logger | undefined;
}

/** What express gives handlers for notes of their own. */
type Response = ServerResponse & { locals?: Record<string, unknown> };

/**
 * Protects other routes of the application with the service's guard, before the gateway or beside it. The action is
 * `"<METHOD>:<path>"`, the path as the caller wrote it (without the query), so a guard should name what it allows
 * rather than what it denies. The resource is empty.
 *
 * Answers 401 if `authenticate` throws (or by the error's own status, if it has one), 403 with the reason if the
 * decision is no, 500 if `authorize` throws, 503 if the guard does not answer in time, each with the JSON error object.
 * Else `response.locals.identity` is the caller's. Throws `invalid_argument` for a timeout out of its range.
 */
export function authMiddleware(guard: Guard, options: AuthOptions = {}): GatewayHandler {
  const logger = safeLogger(options.logger);
  const timeoutMs = wholeNumber('guardTimeoutMs', options.guardTimeoutMs ?? 5_000, 1, maxInt32);
  const metadataReader = new MetadataReader();

  const protect = async (request: GatewayRequest, response: Response): Promise<boolean> => {
    try {
      const gone = goneSignal(response);
      const action = `${request.method}:${pathOf(request)}`;
      const caller = callerOf(request);
      const metadata = metadataReader.read(request, caller);
      const context: GuardContext = { metadata, peer: caller.peer, signal: gone, method: action };
      const identity = await authenticate(guard, context, timeoutMs);
      const decision = await authorize(guard, identity, action, context, timeoutMs);
      if (decision?.allowed !== true) {
        throw new HttpError(Status.PERMISSION_DENIED, decision?.reason || 'permission denied');
      }
      if (response.locals) response.locals.identity = identity;
      return true;
    } catch (error) {
      const { status, headers, body, internal } = errorReply(error);
      if (internal) logger.error({ err: error, method: request.method, url: request.url }, 'guard failed');
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

async function authenticate(guard: Guard, context: GuardContext, timeoutMs: number): Promise<Identity> {
  try {
    const identity = await inTime(() => guard.authenticate(context), timeoutMs);
    if (typeof identity !== 'object' || identity === null) throw unauthenticated('unauthenticated');
    return identity;
  } catch (error) {
    throw refusal(error);
  }
}

/** What a failed `authenticate` means: what the service takes it for. */
function refusal(error: unknown): unknown {
  if (error instanceof HttpError) return error;
  if (!(error instanceof ServerError || isConfigError(error))) {
    return unauthenticated((error instanceof Error && error.message) || 'unauthenticated');
  }
  const { code, details } = toServerError(error);
  if (code === Status.UNAUTHENTICATED) return unauthenticated(details || 'unauthenticated');
  // The cause of an internal error is for the log.
  return code === Status.INTERNAL && isConfigError(error) ? error : new HttpError(code, details);
}

async function authorize(
  guard: Guard,
  identity: Identity,
  action: string,
  context: GuardContext,
  timeoutMs: number,
): Promise<Decision> {
  const resource = { namespace: '', key: '', prefix: '' };
  return await inTime(() => guard.authorize(identity, action, resource, context), timeoutMs);
}

async function inTime<T>(ask: () => T | Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the guard did not answer within ${timeoutMs} ms`;
    timer = setTimeout(() => reject(new HttpError(Status.UNAVAILABLE, message)), timeoutMs);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return gone.signal;
}

/** The whole path, also inside an application that is mounted under one. */
function pathOf(request: GatewayRequest): string {
  const url = request.originalUrl ?? request.url ?? '/';
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
