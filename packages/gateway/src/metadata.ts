import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { HttpCaller } from '@cfg/service';
import { Metadata } from 'nice-grpc-common';
import { badRequest } from './http-error.js';
import { LazyMetadata } from './lazy-metadata.js';

/** The headers that grpc-gateway hands on as `grpcgateway-<name>`. */
const permanent: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-language',
  'accept-ranges',
  'authorization',
  'cache-control',
  'content-type',
  'cookie',
  'date',
  'expect',
  'from',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-schedule-tag-match',
  'if-unmodified-since',
  'max-forwards',
  'origin',
  'pragma',
  'referer',
  'user-agent',
  'via',
  'warning',
]);

/** Handed on under their own names. */
const plain: ReadonlySet<string> = new Set(['authorization', 'cookie', 'traceparent', 'tracestate']);

/**
 * Names that say something about the connection, or that only servers say to each other: a caller must not be able to
 * set them, however it spells them.
 */
const reserved =
  /^(x-forwarded-.*|x-real-ip|forwarded|grpc-.*|cfg-.*|connection|content-.*|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|user-agent|http2-settings)$/;

const metadataPrefix = 'grpc-metadata-';
const gatewayPrefix = 'grpcgateway-';

/** The names of a header as metadata: none, one, or two. */
function namesOf(header: string): readonly string[] {
  if (header.startsWith(metadataPrefix)) return unreserved(header.slice(metadataPrefix.length));
  if (header.startsWith(gatewayPrefix))
    return permanent.has(header.slice(gatewayPrefix.length)) ? [] : unreserved(header);
  if (header.startsWith('x-')) return unreserved(header);
  const names = plain.has(header) ? [header] : [];
  return permanent.has(header) ? [...names, gatewayPrefix + header] : names;
}

function unreserved(name: string): readonly string[] {
  const bare = name.replace(/^(grpcgateway-|grpc-metadata-)+/, '');
  return /^[0-9a-z_.-]+$/.test(name) && !reserved.test(name) && !reserved.test(bare) ? [name] : [];
}

const printable = /^[ -~]*$/;

/** The metadata that the gateway itself adds to a call. */
export interface AddedMetadata {
  readonly requestId: string;
  /** Secrets are to be masked, whatever the caller may do. */
  readonly wantsMasks: boolean;
  /** The span that the call is a part of, in place of the caller's. */
  readonly traceContext: Readonly<Record<string, string>> | undefined;
}

/** How many headers' names are remembered. Bounded because callers choose them. */
const maxKnownHeaders = 500;

/** Makes gRPC metadata of requests. */
export class MetadataReader {
  readonly #known = new Map<string, readonly string[]>();

  /**
   * The metadata is put together when it is first looked at, which in process may be never. Throws a 400 for binary
   * metadata that is not base64.
   */
  read({ headers }: IncomingMessage, caller: () => HttpCaller, added?: AddedMetadata): Metadata {
    const metadata = new LazyMetadata(() => {
      const read = this.#read(headers, caller());
      if (added === undefined) return read;
      if (added.traceContext !== undefined) continueTrace(read, added.traceContext);
      if (added.wantsMasks) read.set('x-cfg-secrets', 'masked');
      return read.set('x-request-id', added.requestId);
    });
    for (const header in headers) {
      if (header.endsWith('-bin')) metadata.has(header);
    }
    return metadata;
  }

  #read(headers: IncomingHttpHeaders, { address, protocol, host }: HttpCaller): Metadata {
    const metadata = Metadata();
    for (const header in headers) {
      for (const name of this.#namesOf(header)) {
        // A header sent under its own name wins over the same header sent with a prefix.
        if (header !== name && metadata.has(name)) continue;
        const value = headers[header] as string | string[];
        // Headers that came more than once are joined, and an empty one leaves a space at the end, which HTTP/2 refuses.
        const text = (typeof value === 'string' ? value : value.join(', ')).trim();
        if (name.endsWith('-bin')) metadata.set(name, binaryValues(header, text));
        else if (printable.test(text)) metadata.set(name, text);
      }
    }
    if (host !== undefined) metadata.set('x-forwarded-host', host);
    return metadata.set('x-forwarded-proto', protocol).set('x-forwarded-for', address).set('x-real-ip', address);
  }

  #namesOf(header: string): readonly string[] {
    let names = this.#known.get(header);
    if (names === undefined) {
      names = namesOf(header);
      if (this.#known.size >= maxKnownHeaders) this.#known.clear();
      this.#known.set(header, names);
    }
    return names;
  }
}

/** Puts a span's context in place of the caller's; a span that nobody records has none, and the caller's goes on. */
function continueTrace(metadata: Metadata, traceContext: Readonly<Record<string, string>>): void {
  const fields = Object.entries(traceContext);
  if (fields.length === 0) return;
  for (const name of ['traceparent', 'tracestate']) metadata.delete(name);
  for (const [name, value] of fields) metadata.set(name, value);
}

function binaryValues(header: string, text: string): Uint8Array[] {
  return text.split(',').map((part) => {
    const base64 = part.trim();
    if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(base64)) throw badRequest(`header ${header} is not base64`);
    return Buffer.from(base64, 'base64');
  });
}
