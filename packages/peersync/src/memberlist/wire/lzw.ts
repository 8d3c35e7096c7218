import { WireError } from './wire-error.js';

const clear = 256;
const end = 257;
const mostWidth = 12;
/** No entry before it: what follows a clear code. */
const none = -1;

/**
 * Unpacks what Go's `compress/lzw` packed with LSB order and literals of 8 bits. Throws {@link WireError} where that is
 * malformed, has no end, or would be longer than `mostBytes`.
 */
export function unpackLzw(packed: Uint8Array, mostBytes: number): Uint8Array {
  const prefix = new Uint16Array(1 << mostWidth);
  const suffix = new Uint8Array(1 << mostWidth);
  const reversed = new Uint8Array(1 << mostWidth);
  let output: Uint8Array = new Uint8Array(Math.min(mostBytes, Math.max(64, packed.length * 4)));
  let length = 0;
  let width = 9;
  let newest = end; // the newest entry of the table
  let last = none;
  let bits = 0;
  let bitCount = 0;
  let at = 0;

  /** The entry's bytes into `reversed`, last byte first. Returns how many. */
  const expand = (entry: number): number => {
    let count = 0;
    let code = entry;
    for (; code > end; code = prefix[code] as number) reversed[count++] = suffix[code] as number;
    reversed[count++] = code;
    return count;
  };

  for (;;) {
    for (; bitCount < width; bitCount += 8) {
      if (at === packed.length) throw new WireError('packed data without an end');
      bits |= (packed[at++] as number) << bitCount;
    }
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    bitCount -= width;

    if (code === end) return output.subarray(0, length);
    if (code === clear) {
      width = 9;
      newest = end;
      last = none;
      continue;
    }
    if (code > newest || (code === newest && last === none)) throw new WireError('packed data with an unknown code');

    // The newest entry is not complete yet: it is the last one and that one's own first byte.
    const isNewest = code === newest && code > end;
    const count = expand(isNewest ? last : code);
    const first = reversed[count - 1] as number;
    const total = length + count + (isNewest ? 1 : 0);
    if (total > mostBytes) throw new WireError(`packed data of more than ${mostBytes} bytes`);
    if (total > output.length) output = grown(output, Math.min(mostBytes, Math.max(total, 2 * output.length)));
    for (let i = count - 1; i >= 0; i--) output[length++] = reversed[i] as number;
    if (isNewest) output[length++] = first;

    if (last !== none) {
      prefix[newest] = last;
      suffix[newest] = first;
    }
    last = code;
    newest += 1;
    if (newest < 1 << width) continue;
    if (width < mostWidth) width += 1;
    else {
      last = none;
      newest -= 1;
    }
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(bytes);
  return copy;
}
