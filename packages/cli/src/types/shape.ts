import { Secret, type Value, type ValueType } from '@cfg/core';

/** The known shape of a value: the union of these. */
export interface Shape {
  /** Types that have a name, such as `string`. */
  readonly names: ReadonlySet<string>;
  /** The shape of the elements, if it may be an array; `undefined`: none of the arrays seen had an element. */
  readonly elements?: { readonly shape: Shape | undefined } | undefined;
  readonly properties?: ReadonlyMap<string, Property> | undefined;
}

export interface Property {
  readonly shape: Shape;
  /** Not every object that was seen has it. */
  readonly optional: boolean;
}

/** How deep data is described; what is deeper is `unknown`. */
const maxDepth = 32;

export const named = (...names: string[]): Shape => ({ names: new Set(names) });

const list = (element: string): Shape => ({ names: new Set(), elements: { shape: named(element) } });
const map = (value: string): Shape => named(`Readonly<Record<string, ${value}>>`);

/** The shape that a type of the wire implies for data that is not shown. */
const ofTypes: Readonly<Record<ValueType, Shape>> = {
  unknown: named('unknown'),
  int: named('number'),
  float: named('number'),
  string: named('string'),
  bool: named('boolean'),
  int_map: map('number'),
  float_map: map('number'),
  string_map: map('string'),
  int_list: list('number'),
  float_list: list('number'),
  string_list: list('string'),
  custom: named('unknown'),
  secret: named('Secret'),
};

/** The shape of a secret: its type only, whatever it holds. */
export const shapeOfHidden = ({ codec, type }: Pick<Value, 'codec' | 'type'>): Shape =>
  codec === 'secret' ? ofTypes.secret : ofTypes[type];

/** The shape of decoded data. */
export function shapeOf(data: unknown, depth = 0): Shape {
  if (data === null) return named('null');
  switch (typeof data) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return named(typeof data);
    case 'object':
      break;
    default:
      return named('unknown');
  }
  if (data instanceof Date) return named('Date');
  if (data instanceof Uint8Array) return named('Uint8Array');
  if (data instanceof Secret) return ofTypes.secret;
  if (depth === maxDepth) return named('unknown');
  if (Array.isArray(data)) {
    const shapes = data.map((element) => shapeOf(element, depth + 1));
    return { names: new Set(), elements: { shape: shapes.length === 0 ? undefined : union(shapes) } };
  }
  const properties = Object.entries(data).map(
    ([name, value]) => [name, { shape: shapeOf(value, depth + 1), optional: false }] as const,
  );
  return { names: new Set(), properties: new Map(properties) };
}

/** The shape of what has one of the shapes. Objects become one, whose properties are optional where one lacks them. */
export function union(shapes: readonly Shape[]): Shape {
  const names = new Set(shapes.flatMap((shape) => [...shape.names]));
  const arrays = shapes.flatMap(({ elements }) => elements ?? []);
  const elements = arrays.flatMap(({ shape }) => shape ?? []);
  const objects = shapes.flatMap(({ properties }) => properties ?? []);
  return {
    names,
    elements: arrays.length === 0 ? undefined : { shape: elements.length === 0 ? undefined : union(elements) },
    properties: objects.length === 0 ? undefined : merged(objects),
  };
}

function merged(objects: readonly ReadonlyMap<string, Property>[]): ReadonlyMap<string, Property> {
  const seen = new Map<string, Property[]>();
  for (const properties of objects) {
    for (const [name, property] of properties) {
      const known = seen.get(name);
      if (known === undefined) seen.set(name, [property]);
      else known.push(property);
    }
  }
  return new Map(
    [...seen].map(([name, properties]) => {
      const optional = properties.length < objects.length || properties.some((each) => each.optional);
      return [name, { shape: union(properties.map(({ shape }) => shape)), optional }];
    }),
  );
}
