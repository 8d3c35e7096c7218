import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

type Encoder = (bytes: Buffer) => Promise<Buffer>;

const quick = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };

/** The compressions of this Node.js, the best first. */
const encoders: ReadonlyMap<string, Encoder> = new Map<string, Encoder>([
  // Node.js 22 has zstd from 22.15 on.
  ...(typeof zlib.zstdCompress === 'function' ? [['zstd', promisify(zlib.zstdCompress)] as [string, Encoder]] : []),
  ['br', (bytes) => promisify(zlib.brotliCompress)(bytes, quick)],
  ['gzip', promisify(zlib.gzip)],
]);

/** The content coding that the caller takes and that comes first here; `undefined`: none. */
export function encodingOf({ 'accept-encoding': accept }: IncomingHttpHeaders): string | undefined {
  if (accept === undefined) return undefined;
  const weights = new Map(
    String(accept)
      .toLowerCase()
      .split(',')
      .map((each): [string, number] => {
        const [coding = '', ...parameters] = each.split(';').map((part) => part.trim());
        const weight = parameters.map((part) => /^q=([01](?:\.\d{1,3})?)$/.exec(part)?.[1]).find(Boolean);
        return [coding, weight === undefined ? 1 : Number(weight)];
      }),
  );
  const weightOf = (coding: string): number => weights.get(coding) ?? weights.get('*') ?? 0;
  let best: string | undefined;
  for (const coding of encoders.keys()) {
    if (weightOf(coding) > (best === undefined ? 0 : weightOf(best))) best = coding;
  }
  return best;
}

/** A stream that compresses. `encoding` is one that {@link encodingOf} gave. */
export function compressor(encoding: string): Transform {
  if (encoding === 'zstd') return zlib.createZstdCompress();
  return encoding === 'br' ? zlib.createBrotliCompress(quick) : zlib.createGzip();
}

/** Compresses beside the thread that answers others. `encoding` is one that {@link encodingOf} gave. */
export function compress(bytes: Buffer, encoding: string): Promise<Buffer> {
  const encoder = encoders.get(encoding);
  return encoder === undefined ? Promise.resolve(bytes) : encoder(bytes);
}
