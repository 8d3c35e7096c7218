import { lookup as systemLookup } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { headersOf, type Message } from './message.js';
import { isPublic, PrivateAddressError, publicLookup } from './public-address.js';
import type { CheckedTarget } from './target.js';

/** The outcome of an attempt to deliver. */
export type Outcome =
  | { readonly delivered: true }
  | {
      readonly delivered: false;
      /** For an operator. */
      readonly reason: string;
      /** The receiver asks for so much patience, in milliseconds. */
      readonly retryAfterMs?: number | undefined;
      /** The receiver wants no messages any more. */
      readonly gone?: boolean | undefined;
    };

export interface SenderOptions {
  /** For a whole attempt. */
  readonly timeoutMs: number;
  /** How names become addresses. Default: the system's way. */
  readonly lookup?: LookupFunction | undefined;
}

/** More of an answer than this is not waited for. */
const maxAnswerBytes = 64 * 1024;

/** Posts messages to one target, one at a time. Follows no redirect. */
export class Sender {
  readonly #target: CheckedTarget;
  readonly #timeoutMs: number;
  readonly #agent: http.Agent;

  constructor(target: CheckedTarget, { timeoutMs, lookup = systemLookup as LookupFunction }: SenderOptions) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    const options = { keepAlive: true, maxSockets: 1, lookup: target.allowPrivate ? lookup : publicLookup(lookup) };
    this.#agent = target.url.protocol === 'https:' ? new https.Agent(options) : new http.Agent(options);
  }

  /** Never rejects. */
  async send(message: Message, signal: AbortSignal): Promise<Outcome> {
    const late = AbortSignal.timeout(this.#timeoutMs);
    try {
      return outcomeOf(await this.#post(message, AbortSignal.any([signal, late])));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { delivered: false, reason: late.aborted ? `no answer within ${this.#timeoutMs} ms` : reason };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #post(message: Message, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, allowPrivate } = this.#target;
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    // An address is connected to without a lookup.
    if (!allowPrivate && isIP(host) !== 0 && !isPublic(host)) throw new PrivateAddressError(host);
    return new Promise((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http;
      const headers = headersOf(message, this.#target);
      const posting = request(url, { method: 'POST', agent: this.#agent, headers, signal }, (response) => {
        let bytes = 0;
        response.on('data', ({ length }: Buffer) => {
          bytes += length;
          if (bytes > maxAnswerBytes) response.destroy();
        });
        // The status says all. Whether the rest comes decides only about the connection.
        response.once('error', () => {});
        response.once('close', () => resolve(response));
      });
      posting.once('error', reject);
      posting.end(message.body);
    });
  }
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): Outcome {
  if (statusCode >= 200 && statusCode < 300) return { delivered: true };
  const isRedirect = statusCode >= 300 && statusCode < 400;
  const reason = `answered with ${statusCode}${isRedirect ? ', a redirect, which is not followed' : ''}`;
  return { delivered: false, reason, retryAfterMs: patienceIn(headers['retry-after']), gone: statusCode === 410 };
}

function patienceIn(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return ms > 0 ? ms : undefined;
}
