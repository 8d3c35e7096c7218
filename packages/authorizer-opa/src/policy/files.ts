import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import { PolicyError } from './policy-error.js';

/** The files of a bundle, by their paths from its root, with slashes and none in front. */
export type PolicyFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const unzip = promisify(gunzip);

/** The files in a `.tar.gz`. Throws {@link PolicyError} for other data, or where they are larger than `maxBytes` when unpacked. */
export async function unpackBundle(bundle: Uint8Array, maxBytes: number): Promise<PolicyFiles> {
  let archive: Buffer;
  try {
    archive = await unzip(bundle, { maxOutputLength: maxBytes });
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError;
    throw new PolicyError(isTooLarge ? `the bundle is larger than ${maxBytes} bytes` : 'the bundle is damaged', {
      cause,
    });
  }
  const entries = await unpackTar(archive, { strict: true }).catch((cause: unknown) => {
    throw new PolicyError('the bundle is not a tar archive, or is damaged', { cause });
  });
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { header, data } of entries) {
    if (data === undefined) continue;
    const path = header.name.replace(/^(?:\.?\/)+/, '');
    if (files.has(path)) throw new PolicyError(`the bundle has two files ${path}`);
    files.set(path, data);
  }
  return files;
}

/** The files in a folder; hidden files but `.manifest` and `.signatures.json` are left out. */
export async function readFolder(folder: string, maxBytes: number): Promise<PolicyFiles> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (!entry.isFile() || isHidden(path)) continue;
    const file = join(entry.parentPath, entry.name);
    bytes += (await stat(file)).size;
    if (bytes > maxBytes) throw new PolicyError(`the files in ${folder} are larger than ${maxBytes} bytes`);
    files.set(path, new Uint8Array(await readFile(file)));
  }
  return files;
}

const isHidden = (path: string): boolean =>
  path !== '.manifest' && path !== '.signatures.json' && path.split('/').some((part) => part.startsWith('.'));
