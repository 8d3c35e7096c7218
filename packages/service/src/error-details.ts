import { BinaryWriter } from '@bufbuild/protobuf/wire';
import * as types from 'nice-grpc-error-details';

interface DetailType {
  readonly $type: string;
  encode(detail: types.ErrorDetails): { finish(): Uint8Array };
}

const detailTypes: ReadonlyMap<string, DetailType> = new Map(
  Object.values(types as unknown as Record<string, Partial<DetailType>>)
    .filter((type): type is DetailType => type.$type !== undefined && type.encode !== undefined)
    .map((type) => [type.$type, type]),
);

/** The error as a `google.rpc.Status`, for the trailer `grpc-status-details-bin`. */
export function encodeStatus({ code, details, extra }: types.RichServerError): Uint8Array {
  const status = new BinaryWriter().uint32(0x08).int32(code).uint32(0x12).string(details);
  for (const detail of extra) status.uint32(0x1a).bytes(types.Any.encode(anyOf(detail)).finish());
  return status.finish();
}

function anyOf(detail: types.ErrorDetails): types.Any {
  if (detail.$type === types.Any.$type) return detail as types.Any;
  const type = detailTypes.get(detail.$type);
  if (type === undefined) throw new Error(`no encoder for the error detail ${detail.$type}`);
  return {
    $type: types.Any.$type,
    typeUrl: `type.googleapis.com/${detail.$type}`,
    value: type.encode(detail).finish(),
  };
}
