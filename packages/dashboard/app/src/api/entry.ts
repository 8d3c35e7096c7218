import { fromBase64 } from './bytes.ts';
import { type Entry, secretType, type WireEntry } from './types.ts';

const millis = (time: string | null | undefined): number => (time ? Date.parse(time) : 0);

/** An entry from its JSON. What is missing has the value that the protocol gives it. */
export function readEntry(wire: WireEntry): Entry {
  return {
    namespace: wire.namespace ?? '',
    key: wire.key ?? '',
    value: fromBase64(wire.value ?? ''),
    codec: wire.codec ?? '',
    type: wire.type ?? 0,
    version: Number(wire.version ?? 0),
    revision: Number(wire.revision ?? 0),
    createdAt: millis(wire.createdAt),
    updatedAt: millis(wire.updatedAt),
    expiresAt: wire.expiresAt ? millis(wire.expiresAt) : undefined,
    deleted: wire.deleted ?? false,
    author: wire.author ?? '',
    comment: wire.comment ?? '',
    secret: wire.secret === true || wire.type === secretType || wire.codec === 'secret',
    masked: wire.masked ?? false,
  };
}
