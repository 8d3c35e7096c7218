import { printable } from '@cfg/core';
import { foldersOf, liveShapes } from './folders.js';
import { objectText, quoted, sorted, typeText } from './print.js';
import type { Property, Shape } from './shape.js';

/** The keys that the declarations describe. */
export interface Keys {
  readonly namespace: string;
  /** How the keys begin. */
  readonly prefix: string;
  /** The newest revision of any of the keys. */
  readonly revision: number;
  readonly shapes: ReadonlyMap<string, Shape>;
}

const reads = `/** A value whose data is known. */
export type TypedValue<T> = Value & { readonly data: T };

/** The reads of these keys. */
export interface Reads {
  get<K extends keyof Keys>(key: K, options?: GetOptions): Promise<TypedValue<Keys[K]>>;
  peek<K extends keyof Keys>(key: K): TypedValue<Keys[K]> | undefined;
}

/** A namespace, or what \`connect\` returns, that knows these keys: \`config as Typed<AppConfig>\`. */
export type Typed<Config> = Reads & Config;
`;

const belowText = `/**
 * The object below each prefix, as a live reference to it reads the keys. \`never\`: there is a value that is no object, and
 * keys below it, which a live reference refuses.
 */
`;

/** The text of a `.d.ts`: the same for the same keys. */
export function declarations({ namespace, prefix, revision, shapes }: Keys): string {
  const below = prefix === '' ? '' : ` that begin with ${printable(prefix)}`;
  const properties = sorted(shapes).map(([key, shape]): [string, Property] => [key, { shape, optional: false }]);
  const live = sorted(liveShapes(foldersOf(shapes), prefix)).map(
    ([name, folder]) => `  readonly ${quoted(name)}: ${objectText(folder, '  ')};\n`,
  );
  return [
    `// The keys of ${namespace}${below}, as of revision ${revision}. Made by cfg types; change the keys, not this file.\n`,
    `import type { GetOptions, ${usesSecret(shapes) ? 'Secret, ' : ''}Value } from '@cfg/client';\n`,
    `/** The data of each key. */\nexport interface Keys ${keysText(properties)}\n`,
    `${belowText}export interface Prefixes {\n${live.join('')}}\n`,
    reads,
  ].join('\n');
}

const keysText = (keys: readonly [string, Property][]): string =>
  `{\n${keys.map(([key, { shape }]) => `  readonly ${quoted(key)}: ${typeText(shape, '  ')};\n`).join('')}}`;

/** An import that nothing uses is an error in some projects. */
function usesSecret(shapes: ReadonlyMap<string, Shape>): boolean {
  return [...shapes.values()].some(({ names }) => names.has('Secret'));
}
