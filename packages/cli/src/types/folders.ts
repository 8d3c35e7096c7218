import { quoted } from './print.js';
import { named, type Property, type Shape } from './shape.js';

/** The keys below a prefix by the next part of their names, as live references read them. */
export interface Folder {
  /** The value of the key that has the folder's own name. */
  value: Shape | undefined;
  readonly children: Map<string, Folder>;
}

const separator = '/';

const newFolder = (): Folder => ({ value: undefined, children: new Map() });

/** The folders of keys; the root is that of the prefix `''`. */
export function foldersOf(keys: ReadonlyMap<string, Shape>): Folder {
  const root = newFolder();
  for (const [key, shape] of keys) {
    let at = root;
    for (const name of key.split(separator)) {
      const next = at.children.get(name) ?? newFolder();
      at.children.set(name, next);
      at = next;
    }
    at.value = shape;
  }
  return root;
}

/** The properties of a live reference to each folder below which there are keys, by its prefix. */
export function liveShapes(root: Folder, begins: string): Map<string, ReadonlyMap<string, Property>> {
  const shapes = new Map<string, ReadonlyMap<string, Property>>();
  const open: [prefix: string, folder: Folder][] = [['', root]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [prefix, folder] = next;
    const beginning = prefix === '' ? '' : prefix + separator;
    // `a/` is read as `a`; and of a folder above the keys that were asked for, not all keys are known.
    const isWhole = !prefix.endsWith(separator) && beginning.startsWith(begins);
    if (isWhole)
      shapes.set(
        prefix,
        propertiesOf(folder, (name) => beginning + name),
      );
    for (const [name, child] of folder.children) {
      if (child.children.size > 0) open.push([beginning + name, child]);
    }
  }
  return shapes;
}

/** `prefixOf` says which prefix a child without a value is the folder of; where it is not said, the child is described. */
function propertiesOf(
  { children }: Folder,
  prefixOf: ((name: string) => string) | undefined,
): ReadonlyMap<string, Property> {
  const properties = new Map<string, Property>();
  for (const [name, child] of children) {
    const canRefer = prefixOf !== undefined && child.value === undefined && name !== '';
    const shape = canRefer ? reference(prefixOf(name)) : wholeShape(child);
    properties.set(name, { shape, optional: false });
  }
  return properties;
}

const reference = (prefix: string): Shape => named(`Prefixes[${quoted(prefix)}]`);

/** The value, with the keys below it in its place: they win over its properties. `never` where it cannot have any. */
function wholeShape({ value, children }: Folder): Shape {
  if (children.size === 0) return value ?? named('never');
  if (value === undefined) return { names: new Set(), properties: propertiesOf({ value, children }, undefined) };
  return overlaid(value, children);
}

function overlaid(value: Shape, children: ReadonlyMap<string, Folder>): Shape {
  const { names, elements, properties } = value;
  if (names.has('unknown')) return value;
  if (properties === undefined || names.size > 0 || elements !== undefined) return named('never');
  const merged = new Map(properties);
  for (const [name, child] of children) {
    const known = properties.get(name)?.shape;
    const shape =
      child.value === undefined && known !== undefined ? overlaid(known, child.children) : wholeShape(child);
    merged.set(name, { shape, optional: false });
  }
  return { names: new Set(), properties: merged };
}
