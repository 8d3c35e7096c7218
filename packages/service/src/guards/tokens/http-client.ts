import { ConfigError } from '@cfg/core';
import type { Agent, Response } from 'undici';

/** How a server is recognised, and how we show who we are. Contents in PEM, not the names of files. */
export interface TlsOptions {
  /** The authorities to trust, instead of the system's. */
  readonly ca?: string | Uint8Array | undefined;
  /** Our certificate; with `key`. */
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
  /** The name that the server's certificate must be for, where it is not the URL's. */
  readonly servername?: string | undefined;
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Whether to go where the server points to. Default false. */
  readonly followRedirects?: boolean | undefined;
}

export interface Reply {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Fetches things over HTTP, with limits on time and size. */
export class HttpClient {
  readonly #options: Agent.Options;
  #agent: Agent | undefined;
  #isClosed = false;

  constructor(tls: TlsOptions = {}) {
    const { ca, cert, key, servername } = tls;
    const pem = (text: string | Uint8Array): string => (typeof text === 'string' ? text : Buffer.from(text).toString());
    const connect = {
      ...(ca !== undefined && { ca: pem(ca) }),
      ...(cert !== undefined && { cert: pem(cert) }),
      ...(key !== undefined && { key: pem(key) }),
      ...(servername !== undefined && { servername }),
    };
    this.#options = { connect, connections: 2 };
  }

  /** Rejects with `unavailable` where no answer comes, and for any but 200 and 304; never with an address's secrets. */
  async get(url: URL, { headers = {}, signal, timeoutMs, maxBytes, followRedirects }: GetOptions): Promise<Reply> {
    const where = url.origin + url.pathname;
    const late = AbortSignal.timeout(timeoutMs);
    try {
      // Only who fetches something loads what fetches.
      const { Agent, fetch } = await import('undici');
      if (this.#isClosed) throw new ConfigError('unavailable', `${where} is not asked any more`);
      this.#agent ??= new Agent(this.#options);
      const response = await fetch(url, {
        headers,
        dispatcher: this.#agent,
        redirect: followRedirects ? 'follow' : 'manual',
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      });
      if (response.status !== 200 && response.status !== 304) {
        await response.body?.cancel();
        throw new ConfigError('unavailable', `${where} answers with ${response.status}`);
      }
      const etag = response.headers.get('etag') ?? undefined;
      return { status: response.status, etag, body: await bodyOf(response, maxBytes, where) };
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof ConfigError) throw cause;
      const reason = late.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(cause);
      throw new ConfigError('unavailable', `${where}: ${reason}`, { cause });
    }
  }

  /** Cuts off what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#agent?.destroy();
  }
}

async function bodyOf(response: Response, maxBytes: number, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new ConfigError('unavailable', `${where} answers with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** `fetch failed` says nothing; what it was caused by does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
