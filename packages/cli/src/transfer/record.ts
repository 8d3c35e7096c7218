import { ConfigError, type Entry, Value } from '@cfg/core';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** An entry as a line of NDJSON, without loss: its codec, and its bytes as text or in base64. */
export function recordOf({ key, codec, bytes }: Entry): object {
  try {
    return { key, codec, text: utf8.decode(bytes) };
  } catch {
    return { key, codec, base64: Buffer.from(bytes).toString('base64') };
  }
}

/** Reads such a line. Throws `invalid_value`. */
export function readRecord(line: string): { readonly key: string; readonly value: Value } {
  const fault = (why: string): ConfigError => new ConfigError('invalid_value', why);
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    throw fault('is not JSON');
  }
  if (typeof record !== 'object' || record === null) throw fault('is not an object');
  const { key, codec, text, base64 } = record as Readonly<Record<string, unknown>>;
  if (typeof key !== 'string' || typeof codec !== 'string') throw fault('has no key and codec');
  if (typeof text === 'string') return { key, value: Value.fromBytes(Buffer.from(text), { codec }) };
  if (typeof base64 === 'string') return { key, value: Value.fromBytes(Buffer.from(base64, 'base64'), { codec }) };
  throw fault('has neither text nor base64');
}
