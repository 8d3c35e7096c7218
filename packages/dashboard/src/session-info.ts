import type { ServerResponse } from 'node:http';
import {
  askGuard,
  callerOf,
  type Guard,
  type GuardContext,
  type HttpRequest,
  refusal,
  toServerError,
} from '@cfg/service';
import { Metadata, Status } from 'nice-grpc-common';
import type { DashboardSettings } from './options.js';

/** An answer to the page. */
export interface Told<T = { readonly userId: string }> {
  readonly status: 200 | 400 | 401 | 403 | 503;
  readonly body: T | { readonly message: string };
}

type Settings = Pick<DashboardSettings, 'auth' | 'guard' | 'logger'>;

/**
 * Who has signed in, for the page to show: 200 with the user's id, which is empty where nobody needs to or nobody can
 * tell; 401 where the credential is missing or not good (any more).
 */
export async function sessionInfo(request: HttpRequest, response: ServerResponse, settings: Settings): Promise<Told> {
  const { auth, guard, logger } = settings;
  const context = contextOf(request, response, 'GET:session');
  return toldOf(async () => {
    const identity = await (guard ? askGuard(guard, { logger }).authenticate(context) : auth.authenticate?.(context));
    return { userId: identity?.userId ?? '' };
  });
}

/** Whether the caller may do `action`, which has to do with no namespace: 200, or what is to be answered instead. */
export async function permission(
  action: string,
  request: HttpRequest,
  response: ServerResponse,
  { guard, logger, ...settings }: Settings & { readonly guard: Guard | undefined },
): Promise<Told> {
  if (guard === undefined) return sessionInfo(request, response, { ...settings, guard, logger });
  const context = contextOf(request, response, `GET:${action}`);
  return toldOf(async () => {
    const asked = askGuard(guard, { logger });
    const identity = await asked.authenticate(context);
    const resource = { namespace: '', key: '', prefix: '' };
    const denied = refusal(await asked.decide(identity, { action, resource }, context));
    if (denied !== undefined) throw denied;
    return { userId: identity.userId };
  });
}

const statuses: Partial<Record<Status, Told['status']>> = {
  [Status.INVALID_ARGUMENT]: 400,
  [Status.UNAUTHENTICATED]: 401,
  [Status.PERMISSION_DENIED]: 403,
  [Status.UNAVAILABLE]: 503,
};

/** Throws what is a fault rather than an answer. */
export async function toldOf<T>(body: () => Promise<T>): Promise<Told<T>> {
  try {
    return { status: 200, body: await body() };
  } catch (error) {
    const { code, details } = toServerError(error);
    const status = statuses[code];
    if (status === undefined) throw error;
    return { status, body: { message: details } };
  }
}

export function contextOf(request: HttpRequest, response: ServerResponse, method: string): GuardContext {
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
  return { metadata, peer, certificate, signal: gone.signal, method };
}
