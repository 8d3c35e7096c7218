import { broken, type FrameFault } from './frame-fault.js';
import { ErrorCode } from './protocol.js';

/** The payload of a padded frame without its padding: the bytes from `start` to `end`. */
export interface Unpadded {
  readonly start: number;
  readonly end: number;
}

/** Takes the padding off a payload (RFC 9113, 6.1 and 6.2). */
export function unpadded(bytes: Buffer, start: number, length: number): Unpadded | FrameFault {
  if (length < 1) return broken('a padded frame without a padding length', ErrorCode.frameSizeError);
  const end = start + length - (bytes[start] as number);
  return end < start + 1 ? broken('more padding than frame') : { start: start + 1, end };
}
