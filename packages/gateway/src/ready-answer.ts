import { ServerResponse } from 'node:http';
import { securityHeaders } from './security-headers.js';

/** An answer of JSON text that is sent again and again as it is, but for the request's id. */
export interface ReadyAnswer {
  readonly body: string;
  /** The body's length in bytes. */
  readonly length: number;
  /** Text that is ASCII, as most is, need not be transcoded. */
  readonly encoding: 'latin1' | 'utf8';
  /** The headers that are its own. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names and values of all headers, by turns. */
  readonly head: readonly string[];
}

export function readyAnswer(json: string, headers: Readonly<Record<string, string>>): ReadyAnswer {
  const length = Buffer.byteLength(json);
  const own = { 'content-type': 'application/json', 'content-length': String(length), ...securityHeaders };
  const head = Object.entries({ ...own, ...headers }).flat();
  return { body: json, length, encoding: length === json.length ? 'latin1' : 'utf8', headers, head };
}

const { writeHead } = ServerResponse.prototype;

/**
 * Sends a ready answer. Where something before the gateway has set headers, or waits for them to be sent, each is set as
 * it expects.
 */
export function sendReady(response: ServerResponse, { body, encoding, head }: ReadyAnswer, requestId: string): void {
  const isUntouched = response.writeHead === writeHead && response.getHeaderNames().length === 0;
  if (isUntouched) response.writeHead(200, [...head, 'x-request-id', requestId]);
  else setHead(response, head, requestId);
  response.end(body, encoding);
}

function setHead(response: ServerResponse, head: readonly string[], requestId: string): void {
  for (let at = 0; at < head.length; at += 2) {
    const [name, value] = [head[at] as string, head[at + 1] as string];
    const already = name === 'vary' ? response.getHeader(name) : undefined;
    response.setHeader(name, already === undefined ? value : `${already}, ${value}`);
  }
  response.setHeader('x-request-id', requestId);
  response.writeHead(200);
}
