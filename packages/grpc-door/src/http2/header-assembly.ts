import { beyond, broken, type FrameFault } from './frame-fault.js';
import { uint31 } from './frame-reader.js';
import { unpadded } from './padding.js';
import { ErrorCode, Flag } from './protocol.js';

/** A header block, whole. */
export interface HeaderBlock {
  readonly streamId: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly endStream: boolean;
  /** It says of its stream that it depends on itself. */
  readonly selfDependent: boolean;
}

/** Puts header blocks together from HEADERS and CONTINUATION frames. Holds one unfinished block, of bounded size. */
export class HeaderAssembly {
  #maxBytes: number;
  #maxContinuations: number;
  #unfinished: { block: Omit<HeaderBlock, 'bytes' | 'start' | 'end'>; parts: Buffer[]; bytes: number } | undefined;

  constructor(maxBytes: number, maxContinuations: number) {
    this.#maxBytes = maxBytes;
    this.#maxContinuations = maxContinuations;
  }

  /** The stream whose block is unfinished; nothing but a CONTINUATION of it may come. */
  get expects(): number | undefined {
    return this.#unfinished?.block.streamId;
  }

  /** Takes a HEADERS frame. Undefined while the block is unfinished. */
  begin(
    bytes: Buffer,
    from: number,
    length: number,
    flags: number,
    streamId: number,
  ): HeaderBlock | FrameFault | undefined {
    let start = from;
    let end = from + length;
    if (flags & Flag.padded) {
      const rest = unpadded(bytes, from, length);
      if ('code' in rest) return rest;
      ({ start, end } = rest);
    }
    let selfDependent = false;
    if (flags & Flag.priority) {
      if (from + length - start < 5) return broken('a priority is cut off', ErrorCode.frameSizeError);
      selfDependent = uint31(bytes, start) === streamId;
      start += 5;
    }
    if (start > end) return broken('more padding than frame');
    const endStream = (flags & Flag.endStream) !== 0;
    if (flags & Flag.endHeaders) return { streamId, bytes, start, end, endStream, selfDependent };
    const block = { streamId, endStream, selfDependent };
    this.#unfinished = { block, parts: [Buffer.from(bytes.subarray(start, end))], bytes: end - start };
    return undefined;
  }

  /** Takes a CONTINUATION frame. Undefined while the block is unfinished. */
  continue(bytes: Buffer, start: number, length: number, flags: number): HeaderBlock | FrameFault | undefined {
    const unfinished = this.#unfinished;
    if (unfinished === undefined) return broken('a CONTINUATION without HEADERS');
    unfinished.bytes += length;
    if (unfinished.bytes > this.#maxBytes) return beyond(`a header block of more than ${this.#maxBytes} bytes`);
    if (unfinished.parts.length > this.#maxContinuations) {
      return beyond(`a header block in more than ${this.#maxContinuations} CONTINUATION frames`);
    }
    unfinished.parts.push(Buffer.from(bytes.subarray(start, start + length)));
    if ((flags & Flag.endHeaders) === 0) return undefined;
    this.#unfinished = undefined;
    const whole = Buffer.concat(unfinished.parts);
    return { ...unfinished.block, bytes: whole, start: 0, end: whole.length };
  }
}
