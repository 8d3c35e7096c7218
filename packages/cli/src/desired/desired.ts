import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { checkKey, checkNamespace, isConfigError, Value } from '@cfg/core';
import { UsageError } from '../program/usage-error.js';
import { isKnownFile, readPairs } from './file-formats.js';

/** A value that a file wants, and where that is said. */
export interface Wanted {
  readonly value: Value;
  readonly file: string;
}

/** The state that the files of each namespace describe, by namespace and key. */
export type Desired = ReadonlyMap<string, ReadonlyMap<string, Wanted>>;

/**
 * Reads a folder with a folder for each namespace, or, with `namespace`, one of that namespace. A file is of `namespace`, too, or of what `fallback` returns. The
 * folders below a namespace are the beginnings of keys: `db/` of `production/db/pool.yaml`. The names of files mean
 * nothing. Hidden files and folders are left out. Throws `UsageError` that names the file.
 */
export function readDesired(path: string, namespace: string | undefined, fallback: () => string): Desired {
  if (namespace !== undefined) return new Map([[namespace, readNamespace(path)]]);
  if (!isFolder(path)) return new Map([[fallback(), readNamespace(path)]]);
  const desired = new Map<string, ReadonlyMap<string, Wanted>>();
  for (const name of visible(path)) {
    const folder = join(path, name);
    if (!isFolder(folder)) throw new UsageError(`${folder}: belongs into the folder of a namespace`);
    named(folder, () => checkNamespace(name));
    desired.set(name, readNamespace(folder));
  }
  if (desired.size === 0) throw new UsageError(`${path} has no folder of a namespace`);
  return desired;
}

function readNamespace(root: string): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const file of filesOf(root)) {
    const folders = isFolder(root) ? relative(root, file).split(sep).slice(0, -1) : [];
    for (const [name, data] of named(file, () => readPairs(file, readFileSync(file)))) {
      const key = [...folders, name].join('/');
      named(file, () => checkKey(key));
      const other = wanted.get(key);
      if (other !== undefined) throw new UsageError(`${file}: ${key} is also in ${other.file}`);
      wanted.set(key, { value: named(file, () => Value.of(data)), file });
    }
  }
  return wanted;
}

function* filesOf(path: string): Generator<string, void, undefined> {
  if (!isFolder(path)) {
    if (!isKnownFile(path)) throw new UsageError(`${path}: is not a .yaml, .yml, .json or .env file`);
    yield path;
    return;
  }
  for (const name of visible(path)) yield* filesOf(join(path, name));
}

/** In an order that does not depend on the file system. `.env` is no hidden file. */
const visible = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name === '.env' || !name.startsWith('.'))
    .sort();

function isFolder(path: string): boolean {
  return named(path, () => statSync(path).isDirectory());
}

/** Says of which file a failure is. */
function named<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const system = (error as NodeJS.ErrnoException).code !== undefined;
    if (!isConfigError(error) && !system) throw error;
    throw new UsageError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
