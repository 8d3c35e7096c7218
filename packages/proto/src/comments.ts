import { fromBinary } from '@bufbuild/protobuf';
import { type DescriptorProto, type EnumDescriptorProto, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fileDescriptorSet } from './descriptors.js';

let comments: ReadonlyMap<string, string> | undefined;

/**
 * The comment in the proto of a service, method, message, field, enum or enum value of ours, by its full name
 * (`config.v1.Entry.created_at`), on one line; empty if there is none.
 */
export function commentOf(fullName: string): string {
  comments ??= readComments();
  return comments.get(fullName) ?? '';
}

interface Named {
  readonly name: string;
}

/** The parts of a file, by the numbers that paths of source positions are made of. */
interface Parts {
  readonly [kind: number]: readonly {
    readonly name: string;
    readonly parts: Readonly<Record<number, readonly Named[]>>;
  }[];
}

function readComments(): ReadonlyMap<string, string> {
  const { file: files } = fromBinary(FileDescriptorSetSchema, fileDescriptorSet());
  return new Map(
    files.flatMap((file) => {
      const parts: Parts = {
        4: file.messageType.map((type: DescriptorProto) => ({ name: type.name, parts: { 2: type.field } })),
        5: file.enumType.map((type: EnumDescriptorProto) => ({ name: type.name, parts: { 2: type.value } })),
        6: file.service.map((service) => ({ name: service.name, parts: { 2: service.method } })),
      };
      return (file.sourceCodeInfo?.location ?? []).flatMap(({ path, leadingComments, trailingComments }) => {
        const name = nameAt(parts, path);
        if (name === undefined) return [];
        return [[`${file.package}.${name}`, oneLine(leadingComments || trailingComments)] as const];
      });
    }),
  );
}

function nameAt(
  parts: Parts,
  [kind = 0, index = 0, member, memberIndex = 0, ...rest]: readonly number[],
): string | undefined {
  const part = parts[kind]?.[index];
  if (part === undefined || rest.length > 0) return undefined;
  if (member === undefined) return part.name;
  const inner = part.parts[member]?.[memberIndex];
  return inner && `${part.name}.${inner.name}`;
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');
