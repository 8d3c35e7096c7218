import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { type MessageType, nestedMessages } from './gen/messages.js';

let utf8: InstanceType<typeof TextDecoder> | undefined;

function decodeUtf8(bytes: Uint8Array): string {
  utf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return utf8.decode(bytes);
}

/**
 * Decodes a message from bytes that may be anything. The generated decoders take some malformed input for something
 * else (they stop at a tag 0, read on past the end of a nested message, replace bad UTF-8), so the frame is walked
 * first.
 * @throws Error on bytes that are not such a message, and on an int64 above 2^53 − 1 in size.
 */
export function decodeRequest<T>(type: MessageType<T>, typeName: string, bytes: Uint8Array): T {
  const reader = new BinaryReader(bytes, decodeUtf8);
  checkFrame(typeName, reader, bytes.length);
  reader.pos = 0;
  return type.decode(reader);
}

/** Checks the tags and lengths of a message and of those nested in it, which is as deep as the types are. */
function checkFrame(typeName: string, reader: BinaryReader, end: number): void {
  const nested = nestedMessages[typeName];
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const nestedType = wireType === WireType.LengthDelimited ? nested?.[number] : undefined;
    if (nestedType === undefined) {
      reader.skip(wireType, number);
    } else {
      const length = reader.uint32();
      checkFrame(nestedType, reader, reader.pos + length);
    }
  }
  if (reader.pos !== end) throw new Error('a field ends beyond its message');
}
