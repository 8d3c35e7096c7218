/** The type of a value by its name; the wire carries its index in {@link valueTypes}. */
export const valueTypes = [
  'unknown',
  'int',
  'float',
  'string',
  'bool',
  'int_map',
  'float_map',
  'string_map',
  'int_list',
  'float_list',
  'string_list',
  'custom',
  'secret',
] as const;

export type ValueType = (typeof valueTypes)[number];

const numbers = new Map<ValueType, number>(valueTypes.map((type, index) => [type, index]));

/** The wire's number of a type. */
export const valueTypeNumber = (type: ValueType): number => numbers.get(type) ?? 0;

/** The type that a wire number stands for; one that is not known is `unknown`. */
export const valueTypeOf = (number: number): ValueType => valueTypes[number] ?? 'unknown';

/** The type of decoded data: objects and arrays are `custom`, as the original has it. */
export function typeOfData(data: unknown): ValueType {
  switch (typeof data) {
    case 'number':
      return Number.isInteger(data) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    default:
      return data === undefined || data === null ? 'unknown' : 'custom';
  }
}
