import { Status } from 'nice-grpc-common';
import type { FieldList } from '../hpack/encoder.js';
import type { CallMetadata } from './metadata.js';
import type { CallStatus } from './status.js';
import { encodeStatusMessage } from './status-message.js';

/** The compression of messages that a server takes. */
export const acceptedEncodings = 'identity,deflate,gzip';

const headers: FieldList = [
  ':status',
  '200',
  'content-type',
  'application/grpc',
  'grpc-accept-encoding',
  acceptedEncodings,
];
const gzipHeaders: FieldList = [...headers, 'grpc-encoding', 'gzip'];
const okTrailers: FieldList = ['grpc-status', '0'];

/**
 * Makes the header lists of answers. A list that is the same as the last is the same array, by which whoever encodes it
 * knows it again.
 */
export class AnswerFields {
  #name = '';
  #value = '';
  #last: FieldList = headers;

  headers(metadata: CallMetadata | undefined, gzip: boolean): FieldList {
    const standard = gzip ? gzipHeaders : headers;
    if (metadata === undefined || metadata.isEmpty) return standard;
    const only = gzip ? undefined : metadata.only();
    if (only === undefined) return [...standard, ...metadata.fields()];
    const [name, value] = only;
    if (name !== this.#name || value !== this.#value) {
      this.#name = name;
      this.#value = value;
      this.#last = [...headers, name, value];
    }
    return this.#last;
  }

  /** The trailers of a call that went well. */
  ok(metadata: CallMetadata | undefined): FieldList {
    return metadata === undefined || metadata.isEmpty ? okTrailers : [...okTrailers, ...metadata.fields()];
  }

  /** The trailers of a call that failed; with `alone`, they are the whole answer. */
  failure(status: CallStatus, metadata: CallMetadata | undefined, alone: boolean): FieldList {
    const { code, message } = status;
    const fields = ['grpc-status', String(code)];
    if (message !== '') fields.push('grpc-message', encodeStatusMessage(message));
    return [...(alone ? headers : []), ...fields, ...(metadata?.fields() ?? [])];
  }
}

export const internal = (message: string): CallStatus => ({ code: Status.INTERNAL, message });
export const unimplemented = (message: string): CallStatus => ({ code: Status.UNIMPLEMENTED, message });
export const exhausted = (message: string): CallStatus => ({ code: Status.RESOURCE_EXHAUSTED, message });
