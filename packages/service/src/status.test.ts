import { ConfigError, type ErrorCode, errorCodes } from '@cfg/core';
import { errorDomain } from '@cfg/proto';
import { ServerError, Status } from 'nice-grpc-common';
import { RichServerError } from 'nice-grpc-error-details';
import { describe, expect, it } from 'vitest';
import { toServerError, wireStatuses } from './status.js';

describe('toServerError', () => {
  it.each(errorCodes.filter((code) => code !== 'internal'))('tells %s with its message', (code: ErrorCode) => {
    const told = toServerError(new ConfigError(code, 'what happened', { metadata: { current_version: '7' } }));
    const { status, reason } = wireStatuses[code];
    expect(told).toMatchObject({ code: status, details: 'what happened' });
    expect(status).not.toBe(Status.INTERNAL);
    // Metadata travel with a reason, if only that of the code.
    const info = {
      $type: 'google.rpc.ErrorInfo',
      reason: reason ?? code.toUpperCase(),
      domain: errorDomain,
      metadata: { current_version: '7' },
    };
    expect(told).toMatchObject({ extra: [info] });
    const plain = toServerError(new ConfigError(code, 'what happened'));
    expect(plain).toMatchObject({ extra: reason === undefined ? [] : [{ reason, metadata: {} }] });
    for (const error of [told, plain]) {
      expect(error).toBeInstanceOf(Error);
      expect(error).toBeInstanceOf(ServerError);
      expect(error).toBeInstanceOf(RichServerError);
      expect(String(error)).toBe(`RichServerError: ${Status[status]}: what happened`);
    }
    expect(told.stack).not.toContain('    at ');
  });

  it('has each reason once, in the form of the protocol', () => {
    const reasons = Object.values(wireStatuses).flatMap(({ reason }) => reason ?? []);
    expect(new Set(reasons).size).toBe(reasons.length);
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z_]+$/);
  });

  it('tells nothing of what it does not know', () => {
    const secret = 'password=hunter2';
    for (const error of [
      new Error(secret),
      new ConfigError('internal', secret),
      Object.assign(new ConfigError('not_found', secret), { code: 'no such code' }),
      secret,
      undefined,
      null,
    ]) {
      expect(toServerError(error)).toMatchObject({ code: Status.INTERNAL, details: 'internal error' });
    }
  });

  it('leaves an error that has a status', () => {
    const error = new ServerError(Status.DATA_LOSS, 'gone');
    expect(toServerError(error)).toBe(error);
  });

  it('knows the errors of another copy of core', () => {
    const foreign = Object.assign(new Error('not here'), { cfgConfigError: true, code: 'not_found', metadata: {} });
    expect(toServerError(foreign)).toMatchObject({ code: Status.NOT_FOUND, details: 'not here' });
  });
});
