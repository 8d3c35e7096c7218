import { ClientError, Metadata, Status } from 'nice-grpc-common';
import {
  Any,
  ErrorInfo,
  errorDetailsClientMiddleware,
  Help,
  RetryInfo,
  type RichClientError,
} from 'nice-grpc-error-details';
import { expect, it } from 'vitest';
import { encodeStatus } from './error-details.js';
import type { CallStatus } from './status-error.js';

/** The message that the library's client decodes from the bytes. */
async function decoded(bytes: Uint8Array): Promise<RichClientError> {
  const call = {
    method: { path: '/x', requestStream: false, responseStream: false, options: {} },
    requestStream: false,
    request: undefined,
    responseStream: false,
    async *next(_request: unknown, options: { onTrailer?(trailer: Metadata): void }) {
      yield* [];
      options.onTrailer?.(Metadata({ 'grpc-status-details-bin': bytes }));
      throw new ClientError('/x', Status.UNKNOWN, '');
    },
  };
  const failing = errorDetailsClientMiddleware(call as never, {}).next();
  return (await failing.catch((error: unknown) => error)) as RichClientError;
}

it.each([
  [[]],
  [[ErrorInfo.fromPartial({ reason: 'NOT_FOUND', domain: 'config.rbaliyan.com' })]],
  [[ErrorInfo.fromPartial({ reason: 'NOT_FOUND', domain: 'another' })]],
  [
    [
      ErrorInfo.fromPartial({
        reason: 'VERSION_MISMATCH',
        domain: 'd',
        metadata: { current_version: '7', key: 'schlüssel' },
      }),
    ],
  ],
  [
    [
      RetryInfo.fromPartial({ retryDelay: { seconds: 2, nanos: 5 } }),
      Help.fromPartial({ links: [{ url: 'u'.repeat(300) }] }),
    ],
  ],
  [[Any.fromPartial({ typeUrl: 'type.googleapis.com/own.Detail', value: Buffer.from([1, 2]) })]],
])('encodes a status as the library does: %#', async (extra) => {
  const status: CallStatus = { code: Status.NOT_FOUND, details: 'nicht da: schlüssel', extra };
  // Twice: what is kept of the first time is the same.
  for (let i = 0; i < 2; i += 1) {
    const bytes = encodeStatus(status);
    const { extra: told } = await decoded(bytes);
    expect(told).toEqual(extra);
    expect(Buffer.from(bytes).toString()).toContain(status.details);
    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0x08, Status.NOT_FOUND]));
  }
});
