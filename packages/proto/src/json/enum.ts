import type { DescEnum } from '@bufbuild/protobuf';
import { JsonMappingError, quote } from './error.js';
import { int32Kind } from './integer.js';
import type { Kind } from './kind.js';

/** Written by name, an unknown number as the number; read by name or by number, which need not be known. */
export function enumKind(desc: DescEnum): Kind<number> {
  const numbers = new Map(desc.values.map((value) => [value.name, value.number]));
  const names = new Map(desc.values.map((value) => [value.number, `"${value.name}"`]));
  const unknown = (name: string): never => {
    throw new JsonMappingError(`unknown ${desc.name} ${quote(name)}`);
  };
  const byName = (name: string): number => numbers.get(name) ?? unknown(name);
  const write = (value: number): string => names.get(value) ?? int32Kind.write(value);
  return {
    absent: write(0),
    schema: { type: 'string', enum: [...numbers.keys()] },
    write,
    read(json) {
      // The original discards an unknown word like an unknown field: a mistyped write mode then overwrites.
      if (typeof json === 'string') return byName(json);
      if (typeof json !== 'number') throw new JsonMappingError(`must be a name or number of ${desc.name}`);
      return int32Kind.read(json);
    },
    // In a query only a known number, as grpc-gateway has it.
    parse(text) {
      const number = /^-?\d+$/.test(text) ? Number(text) : byName(text);
      if (!names.has(number)) throw new JsonMappingError(`unknown ${desc.name} ${quote(text)}`);
      return number;
    },
  };
}
