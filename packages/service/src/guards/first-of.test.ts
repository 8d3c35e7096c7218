import { ConfigError } from '@cfg/core';
import { Metadata } from 'nice-grpc-common';
import { describe, expect, it } from 'vitest';
import { allowAll, denyAll, firstOf, type Guard } from '../index.js';

const context = {
  metadata: Metadata(),
  peer: '127.0.0.1:1',
  signal: new AbortController().signal,
  method: '/x/Y',
};
const resource = { namespace: 'n', key: 'k', prefix: '' };

const knows = (userId: string, allowed: boolean): Guard => ({
  authenticate: () => ({ userId, claims: {} }),
  authorize: () => ({ allowed, scope: userId }),
});
const fails = (error: unknown): Guard => ({
  authenticate: () => Promise.reject(error),
  authorize: () => ({ allowed: true }),
});
const unknown = (message: string): Guard => fails(new ConfigError('unauthenticated', message));

async function decide(...guards: Guard[]) {
  const guard = firstOf(...guards);
  const identity = await guard.authenticate(context);
  return { userId: identity.userId, ...(await guard.authorize(identity, 'read', resource, context)) };
}

describe('firstOf', () => {
  it('lets the first that knows the caller decide', async () => {
    expect(await decide(unknown('x'), knows('ann', false), knows('bob', true))).toMatchObject({
      userId: 'ann',
      allowed: false,
    });
    expect(await decide(fails(new Error('down')), knows('bob', true))).toMatchObject({ userId: 'bob', allowed: true });
  });

  it('takes an anonymous caller only where nobody knows more', async () => {
    expect(await decide(allowAll(), knows('bob', false))).toMatchObject({ userId: 'bob', allowed: false });
    // Both know the caller by the same object: it is still the first who decides.
    expect(await decide(denyAll(), allowAll())).toMatchObject({ userId: '', allowed: false });
    expect(await decide(allowAll(), denyAll())).toMatchObject({ userId: '', allowed: true });
  });

  it('does not take an outage for an unknown or anonymous caller', async () => {
    const down = new Error('down');
    await expect(decide(fails(down), unknown('x'))).rejects.toBe(down);
    await expect(decide(unknown('x'), fails(down), allowAll())).rejects.toBe(down);
    await expect(decide(unknown('x'), unknown('y'))).rejects.toMatchObject({ code: 'unauthenticated', message: 'y' });
  });

  it('lets nobody in whom no guard of its own knows', async () => {
    const guard = firstOf(knows('ann', true));
    expect(await guard.authorize({ userId: 'ann', claims: {} }, 'read', resource, context)).toEqual({ allowed: false });
    expect(() => firstOf()).toThrow('needs a guard');
  });
});
