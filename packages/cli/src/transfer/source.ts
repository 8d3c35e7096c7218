import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { UsageError } from '../program/usage-error.js';
import { readImport } from './formats.js';
import type { ImportFormat } from './import-format.js';
import type { Imported } from './imported.js';
import { readNacos } from './nacos.js';
import { readSpring, type SpringFile, springFiles } from './spring.js';

/** The files that `cfg import` reads, and their formats. */
export interface ImportSource {
  /** The path of a file, `-` for stdin; with Spring also of a folder. */
  readonly path: string;
  readonly format: ImportFormat;
  /** The namespace of a profile of Spring's; without one, of what is of none. */
  readonly namespaceOf: (profile: string | undefined) => string;
  /** Told the files of a folder that are not read. */
  readonly leftOut: (names: readonly string[]) => void;
}

/** Reads all of it. Throws `UsageError` that says where it is wrong. */
export async function readSource({ path, format, namespaceOf, leftOut }: ImportSource): Promise<readonly Imported[]> {
  if (format === 'spring') {
    const { files, others } = await springSource(path);
    if (others.length > 0) leftOut(others);
    return readSpring(files, namespaceOf);
  }
  const bytes = await contentOf(path);
  return format === 'nacos' ? readNacos(bytes) : readImport(format, bytes);
}

async function springSource(
  path: string,
): Promise<{ readonly files: readonly SpringFile[]; readonly others: string[] }> {
  if (path === '-') return { files: [{ name: 'application.yml', bytes: await contentOf(path) }], others: [] };
  return readable(() => springFiles(path));
}

const contentOf = (path: string): Promise<Uint8Array> =>
  readable(() => (path === '-' ? buffer(process.stdin) : readFile(path)));

async function readable<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message, { cause: error });
  }
}
