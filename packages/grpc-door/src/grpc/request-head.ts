import { Status } from 'nice-grpc-common';
import type { FieldList } from '../hpack/encoder.js';
import type { RequestHead } from '../http2/request-head.js';
import { AnswerFields, acceptedEncodings, unimplemented } from './answer-fields.js';
import { type Encoding, encodingOf } from './compression.js';
import type { Method } from './method.js';
import { parseTimeout } from './timeout.js';

/** The meaning of a request's headers to gRPC: worked out once, and shared by requests with the same header block. */
export type GrpcHead =
  | {
      readonly method: Method;
      readonly refusal: undefined;
      /** Until when the caller waits, in milliseconds from now; undefined if for ever. */
      readonly timeoutMs: number | undefined;
      readonly encoding: Encoding;
      /** Whether the caller takes gzip. */
      readonly takesGzip: boolean;
    }
  | {
      readonly method: undefined;
      /** The whole answer; or its headers, where it has a body. */
      readonly refusal: FieldList;
      /** The body of the answer to what is not gRPC. */
      readonly text: string | undefined;
    };

/** Of a request that is refused. */
export type RefusedHead = Extract<GrpcHead, { method: undefined }>;

/** Of a request that a method is called for. */
export type AcceptedHead = Extract<GrpcHead, { refusal: undefined }>;

export function grpcHeadOf(head: RequestHead, methods: ReadonlyMap<string, Method>): GrpcHead {
  if (head.memo === undefined) head.memo = read(head, methods);
  return head.memo as GrpcHead;
}

const answers = new AnswerFields();
const refused = (code: Status, message: string): GrpcHead => ({
  method: undefined,
  refusal: answers.failure({ code, message }, undefined, true),
  text: undefined,
});

const notGrpc = (status: 405 | 415, extra: FieldList = []): GrpcHead => ({
  method: undefined,
  refusal: [':status', String(status), 'content-type', 'text/plain', ...extra],
  text: 'This is a gRPC server: it takes POST with the content type application/grpc.\n',
});

function read(head: RequestHead, methods: ReadonlyMap<string, Method>): GrpcHead {
  if (head.method !== 'POST') return notGrpc(405, ['allow', 'POST']);
  const contentType = fieldOf(head, 'content-type') ?? '';
  if (!/^application\/grpc(?:$|[+;])/i.test(contentType)) return notGrpc(415);

  const timeout = fieldOf(head, 'grpc-timeout');
  const timeoutMs = timeout === undefined ? undefined : parseTimeout(timeout);
  if (timeout !== undefined && timeoutMs === undefined) {
    return refused(Status.INTERNAL, `grpc-timeout is malformed: ${JSON.stringify(timeout)}`);
  }
  const named = fieldOf(head, 'grpc-encoding') ?? 'identity';
  const encoding = encodingOf(named);
  if (encoding === undefined) {
    const status = unimplemented(`the encoding ${JSON.stringify(named)} is not one of ${acceptedEncodings}`);
    return refused(status.code, status.message);
  }
  const method = methods.get(head.path);
  if (method === undefined) {
    return refused(Status.UNIMPLEMENTED, `The server does not implement the method ${head.path}`);
  }
  const accepted = (fieldOf(head, 'grpc-accept-encoding') ?? '').split(',').map((name) => name.trim());
  return { method, refusal: undefined, timeoutMs, encoding, takesGzip: accepted.includes('gzip') };
}

const fieldOf = ({ fields }: RequestHead, wanted: string): string | undefined =>
  fields.find(([name]) => name === wanted)?.[1];
