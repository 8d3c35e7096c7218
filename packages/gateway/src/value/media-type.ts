import { defaultCodecs } from '@cfg/core';
import { Status } from 'nice-grpc-common';
import { HttpError } from '../http-error.js';

/** The media types of each codec, the one that is sent first. Every other codec's bytes are opaque. */
const mediaTypes: Readonly<Record<string, readonly string[]>> = {
  json: ['application/json', 'text/json'],
  yaml: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/vnd.yaml'],
  toml: ['application/toml', 'text/toml'],
  text: ['text/plain'],
  raw: ['application/octet-stream'],
};

const codecOf = new Map(Object.entries(mediaTypes).flatMap(([codec, types]) => types.map((type) => [type, codec])));

/** The content type of programs that do not know what they send: curl's default. */
const unspecific: ReadonlySet<string> = new Set(['', 'application/x-www-form-urlencoded']);

const extensions = new Map([
  ['json', 'json'],
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['toml', 'toml'],
  ['txt', 'text'],
]);

/** The `Content-Type` of a value that was written with the codec. */
export function mediaTypeOf(codec: string): string {
  if (codec === 'text') return 'text/plain; charset=utf-8';
  return mediaTypes[codec]?.[0] ?? 'application/octet-stream';
}

/**
 * The codec that a `Content-Type` means; `undefined` if it means none in particular. Throws a 415 for a type that no
 * codec has, and for a charset other than UTF-8.
 */
export function codecOfMediaType(contentType: string | undefined): string | undefined {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const name = type.trim();
  if (unspecific.has(name)) return undefined;
  const codec = codecOf.get(name) ?? /^application\/[^/]+\+(json|yaml)$/.exec(name)?.[1];
  if (codec === undefined) throw unsupported(`no codec for the content type ${JSON.stringify(name.slice(0, 64))}`);
  const charset = parameters.map((each) => /^\s*charset\s*=\s*"?([^"\s]*)"?\s*$/.exec(each)?.[1]).find(Boolean);
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset) && codec !== 'raw') {
    throw unsupported('a charset other than UTF-8');
  }
  return codec;
}

const unsupported = (what: string): HttpError =>
  new HttpError(Status.INVALID_ARGUMENT, `${what} is not supported: use ${[...codecOf.keys()].join(', ')}`, 415);

/** Whether an `Accept` asks for a value of this codec itself: it names the value's type, and would take no JSON. */
export function acceptsValue(accept: string | undefined, codec: string): boolean {
  if (accept === undefined || !accept.includes('/')) return false;
  const types = accept.toLowerCase().split(',');
  const wanted = types.flatMap((each) => {
    const [type = '', ...parameters] = each.split(';').map((part) => part.trim());
    return parameters.some((part) => /^q=0(\.0*)?$/.test(part)) ? [] : [type];
  });
  if (wanted.some((type) => type.endsWith('/*') || codecOf.get(type) === 'json')) return false;
  return wanted.some((type) => codecOf.get(type) === (codec in mediaTypes ? codec : 'raw'));
}

/**
 * The codec of a value of which nobody says what it is: by the ending of its key, else the first of JSON, TOML and YAML
 * that reads it. What is no text is `raw`.
 */
export function guessCodec(key: string, bytes: Uint8Array): string {
  const byName = extensions.get(/\.([a-z]+)$/i.exec(key)?.[1]?.toLowerCase() ?? '');
  if (byName !== undefined) return byName;
  if (!isUtf8(bytes)) return 'raw';
  const read = ['json', 'toml'].find((codec) => reads(codec, bytes));
  return read ?? 'yaml';
}

function reads(codec: string, bytes: Uint8Array): boolean {
  try {
    defaultCodecs().decode(bytes, codec);
    return bytes.length > 0;
  } catch {
    return false;
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
