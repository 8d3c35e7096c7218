import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';
import { UsageError } from '../program/usage-error.js';

/** Most bytes that the files of an archive have together, so that a small archive cannot fill the memory. */
export const maxUnpackedBytes: number = 64 * 1024 * 1024;

/** Most files of an archive. */
const maxFiles = 100_000;

/** A file of an archive. */
export interface ZippedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of a zip archive, without its folders. Throws `UsageError` for what is no archive, is damaged or encrypted, has
 * a name that leads out of the archive, has more than 64 MiB when it is unpacked, or more than 100,000 files.
 */
export async function unzip(bytes: Uint8Array): Promise<readonly ZippedFile[]> {
  const files: ZippedFile[] = [];
  try {
    // Names are checked by the library (no `..`, no absolute one), and that a file is not longer than it says.
    const archive = await fromBufferPromise(Buffer.from(bytes), { lazyEntries: true, strictFileNames: true });
    if (archive.entryCount > maxFiles) throw new UsageError(`the archive has more than ${maxFiles} files`);
    let size = 0;
    for await (const entry of archive.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith('/')) continue;
      if (entry.isEncrypted()) throw new UsageError(`${name} is encrypted`);
      size += entry.uncompressedSize;
      if (size > maxUnpackedBytes)
        throw new UsageError(`the archive has more than ${maxUnpackedBytes} bytes when it is unpacked`);
      const content = await buffer(await archive.openReadStreamPromise(entry));
      if (crc32(content) !== entry.crc32) throw new UsageError(`${name} is damaged: its checksum is wrong`);
      files.push({ name, bytes: content });
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read the archive: ${(error as Error).message}`, { cause: error });
  }
  return files;
}
