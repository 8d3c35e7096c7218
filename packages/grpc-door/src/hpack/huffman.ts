import { codeLengths, endOfString, huffmanCodes } from './huffman-code.js';

/*
 * Huffman strings are read a byte at a time. A state is an inner node of the code tree, where the last byte left off. A
 * byte leads to the next state and completes at most two symbols, because the shortest code has five bits.
 */

const nodes = 256;
const nextBits = 0x1ff;
const countShift = 9;
const firstShift = 11;
const secondShift = 19;

/** For each state and byte: the next state, how many symbols were completed, and which. */
const steps = new Uint32Array(nodes * 256);
/** For each state and byte: whether the code that ends a string occurs. */
const endsString = new Uint8Array(nodes * 256);
/** For each state: whether a string may end there, on at most seven bits that are all ones. */
const maybeLast = new Uint8Array(nodes);

buildTables();

function buildTables(): void {
  const zero: number[] = [0];
  const one: number[] = [0];
  for (const [symbol, code] of huffmanCodes().entries()) {
    let node = 0;
    for (let bit = (codeLengths[symbol] as number) - 1; bit >= 0; bit -= 1) {
      const branch = (code >>> bit) & 1 ? one : zero;
      if (bit === 0) {
        branch[node] = ~symbol;
      } else {
        if (!branch[node]) {
          branch[node] = zero.length;
          zero.push(0);
          one.push(0);
        }
        node = branch[node] as number;
      }
    }
  }
  for (let state = 0; state < nodes; state += 1) {
    for (let byte = 0; byte < 256; byte += 1) setStep(state, byte, zero, one);
  }
  for (let state = 0, bits = 0; bits < 8; bits += 1) {
    maybeLast[state] = 1;
    state = one[state] as number;
  }
}

function setStep(state: number, byte: number, zero: readonly number[], one: readonly number[]): void {
  const symbols: number[] = [];
  let node = state;
  for (let bit = 7; bit >= 0; bit -= 1) {
    node = ((byte >>> bit) & 1 ? one[node] : zero[node]) as number;
    if (node >= 0) continue;
    if (~node === endOfString) {
      endsString[state * 256 + byte] = 1;
      return;
    }
    symbols.push(~node);
    node = 0;
  }
  const [first = 0, second = 0] = symbols;
  steps[state * 256 + byte] =
    (node | (symbols.length << countShift) | (first << firstShift) | (second << secondShift)) >>> 0;
}

let scratch = Buffer.allocUnsafeSlow(4096);

/** Decodes a Huffman string; undefined if it holds the code that ends a string, or is padded wrongly. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string | undefined {
  // Codes have five bits at least.
  const most = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(most);
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const index = state * 256 + (bytes[at] as number);
    if (endsString[index] === 1) return undefined;
    const step = steps[index] as number;
    const count = (step >>> countShift) & 3;
    if (count > 0) {
      scratch[length++] = (step >>> firstShift) & 0xff;
      if (count > 1) scratch[length++] = (step >>> secondShift) & 0xff;
    }
    state = step & nextBits;
  }
  return maybeLast[state] === 1 ? scratch.toString('latin1', 0, length) : undefined;
}
