import * as types from 'nice-grpc-error-details';
import type { CallStatus } from './status-error.js';
import { sizeOfBytes, sizeOfNumber, WireWriter } from './wire-writer.js';

interface DetailType {
  readonly $type: string;
  encode(detail: types.ErrorDetails): { finish(): Uint8Array };
}

const detailTypes: ReadonlyMap<string, DetailType> = new Map(
  Object.values(types as unknown as Record<string, Partial<DetailType>>)
    .filter((type): type is DetailType => type.$type !== undefined && type.encode !== undefined)
    .map((type) => [type.$type, type]),
);

/** The bytes of ErrorInfos without metadata, by domain and reason. Reasons are few, unless they come from elsewhere. */
const infos = new Map<string, Uint8Array>();
const maxInfos = 100;

/** The tags of a `google.rpc.Status`: number and wire type. */
const tag = { code: 0x08, message: 0x12, details: 0x1a } as const;

/** The status as a `google.rpc.Status`, for the trailer `grpc-status-details-bin`. */
export function encodeStatus({ code, details, extra }: CallStatus): Uint8Array {
  const message = Buffer.byteLength(details);
  const all = extra.map(encodeDetail);
  const size = all.reduce((sum, any) => sum + sizeOfBytes(any.length), sizeOfNumber(code) + sizeOfBytes(message));
  const writer = new WireWriter(Buffer.allocUnsafe(size));
  writer.number(tag.code, code);
  writer.text(tag.message, details, message);
  for (const any of all) writer.bytes(tag.details, any);
  return writer.buffer;
}

/** The detail as a `google.protobuf.Any`. */
function encodeDetail(detail: types.ErrorDetails): Uint8Array {
  if (detail.$type !== types.ErrorInfo.$type) return encodeAny(detail);
  const { domain, reason, metadata } = detail as types.ErrorInfo;
  if (Object.keys(metadata).length > 0) return encodeAny(detail);
  const name = `${domain} ${reason}`;
  let bytes = infos.get(name);
  if (bytes === undefined) {
    bytes = encodeAny(detail);
    if (infos.size < maxInfos) infos.set(name, bytes);
  }
  return bytes;
}

function encodeAny(detail: types.ErrorDetails): Uint8Array {
  if (detail.$type === types.Any.$type) return types.Any.encode(detail as types.Any).finish();
  const type = detailTypes.get(detail.$type);
  if (type === undefined) throw new Error(`no encoder for the error detail ${detail.$type}`);
  const typeUrl = `type.googleapis.com/${detail.$type}`;
  return types.Any.encode({ $type: types.Any.$type, typeUrl, value: type.encode(detail).finish() }).finish();
}
