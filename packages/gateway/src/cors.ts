import { ConfigError } from '@cfg/core';
import { checkOptions, maxInt32, wholeNumber } from '@cfg/core/store';
import type { HttpHandler } from '@cfg/service';
import cors from 'cors';

/** Which pages of other origins a browser lets read the answers. */
export interface CorsOptions {
  /** Origins such as `https://app.example.com`, or `*` for all. */
  readonly origins: '*' | readonly string[];
  /** Whether cookies go along, which takes a list of origins. Default false. */
  readonly credentials?: boolean | undefined;
  /** How long a browser may keep the answer to its question beforehand, in milliseconds. Default 600,000. */
  readonly maxAgeMs?: number | undefined;
}

/** The headers that a page may read beside those that all may. */
const exposedHeaders = ['ETag', 'Last-Modified', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'];

/** Throws `invalid_argument`, naming the option. */
export function corsHandler(options: CorsOptions): HttpHandler {
  checkOptions('a gateway', options, { origins: true, credentials: true, maxAgeMs: true }, 'cors.');
  const { origins, credentials = false, maxAgeMs } = options;
  if (origins !== '*' && !(Array.isArray(origins) && origins.every(isOrigin))) {
    throw wrong('cors.origins must be * or a list of origins, as in https://app.example.com');
  }
  if (origins === '*' && credentials) throw wrong('cors.credentials needs a list of cors.origins');
  const handle = cors({
    origin: origins === '*' ? '*' : [...origins],
    credentials,
    maxAge: Math.floor(wholeNumber('cors.maxAgeMs', maxAgeMs ?? 600_000, 0, maxInt32) / 1_000),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    exposedHeaders,
  });
  return (request, response, next = () => {}) => {
    // Without this header it is no question of a browser's.
    const isQuestion = request.headers['access-control-request-method'] !== undefined;
    if (request.method === 'OPTIONS' && !isQuestion) next();
    else handle(request, response, next);
  };
}

function isOrigin(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).origin === text;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
