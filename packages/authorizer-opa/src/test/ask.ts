import type { Action, Decision, Guard, GuardContext, Identity } from '@cfg/service';
import { Metadata } from 'nice-grpc-common';

/** A call's context, as a guard is given it. */
export const contextWith = (headers: Readonly<Record<string, string | string[]>> = {}): GuardContext => ({
  metadata: Metadata(headers),
  peer: '127.0.0.1:1',
  signal: new AbortController().signal,
  method: '/config.v1.ConfigService/Get',
});

export const bearing = (token: string): GuardContext => contextWith({ authorization: `Bearer ${token}` });

/** A guard's decision about a call. */
export async function ask(
  guard: Guard,
  action: Action,
  { identity, ...resource }: { namespace?: string; key?: string; prefix?: string; identity?: Partial<Identity> } = {},
): Promise<Decision> {
  const who = { userId: '', claims: {}, ...identity };
  return guard.authorize(
    who,
    action,
    { namespace: 'production', key: 'app/port', prefix: '', ...resource },
    contextWith(),
  );
}

/** A token that nobody signed. */
export function unsigned(claims: object, header: object = { alg: 'HS256' }): string {
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${base64(header)}.${base64(claims)}.c2lnbmF0dXJl`;
}
