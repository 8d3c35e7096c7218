import { createFileRegistry, type FileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fileDescriptorSetBase64 } from './gen/descriptor.js';

let bytes: Uint8Array | undefined;
let registry: FileRegistry | undefined;

/**
 * The serialized `google.protobuf.FileDescriptorSet` of config.proto, of all that it imports, and of gRPC's
 * health.proto, for server reflection. Made on first use and shared: do not change it.
 */
export function fileDescriptorSet(): Uint8Array {
  bytes ??= new Uint8Array(Buffer.from(fileDescriptorSetBase64, 'base64'));
  return bytes;
}

/** The parsed descriptors. Made on first use and shared. */
export function descriptors(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, fileDescriptorSet()));
  return registry;
}
