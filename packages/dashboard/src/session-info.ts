import type { ServerResponse } from 'node:http';
import { isConfigError } from '@cfg/core';
import { callerOf, type GuardContext, type HttpRequest } from '@cfg/service';
import { Metadata, ServerError, Status } from 'nice-grpc-common';
import type { DashboardSettings } from './options.js';

export interface SessionInfo {
  readonly status: 200 | 401;
  readonly body: { readonly userId: string } | { readonly message: string };
}

/**
 * Who has signed in, for the page to show: 200 with the user's id, which is empty where nobody needs to or nobody can
 * tell; 401 where the credential is missing or not good (any more).
 */
export async function sessionInfo(
  request: HttpRequest,
  response: ServerResponse,
  { auth, guard }: Pick<DashboardSettings, 'auth' | 'guard'>,
): Promise<SessionInfo> {
  try {
    const context = contextOf(request, response);
    const identity = await (guard ? guard.authenticate(context) : auth.authenticate?.(context));
    return { status: 200, body: { userId: identity?.userId ?? '' } };
  } catch (error) {
    const isUnknown =
      isConfigError(error, 'unauthenticated') ||
      (error instanceof ServerError && error.code === Status.UNAUTHENTICATED);
    if (isUnknown) return { status: 401, body: { message: 'not signed in' } };
    throw error;
  }
}

function contextOf(request: HttpRequest, response: ServerResponse): GuardContext {
  const { headers } = request;
  const { peer, host, certificate } = callerOf(request);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const metadata = Metadata();
  for (const [name, value] of Object.entries({
    authorization: headers.authorization,
    cookie: headers.cookie,
    'grpcgateway-origin': headers.origin,
    'x-forwarded-host': host,
  })) {
    if (value !== undefined && /^[ -~]*$/.test(value)) metadata.set(name, value);
  }
  return { metadata, peer, certificate, signal: gone.signal, method: 'GET:session' };
}
