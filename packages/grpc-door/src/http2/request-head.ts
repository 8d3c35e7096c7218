import type { Field } from '../hpack/dynamic-table.js';

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const illegalInValue = /[\0\r\n]|^[ \t]|[ \t]$/;
/** Fields that belong to a connection of HTTP/1. */
const forbidden: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The header fields of a request, checked as RFC 9113, 8.2 and 8.3 say. Requests with the same header block share one:
 * it is never changed but for `memo`.
 */
export class RequestHead {
  readonly fields: readonly Field[];
  /** Their fault, if they have one. */
  readonly fault: string | undefined;
  method = '';
  path = '';
  /** The value of `content-length`; -1 if it is absent. */
  contentLength = -1;
  /** The result that the layer above worked out from the fields, kept for the next request with the same fields. */
  memo: object | undefined;

  constructor(fields: readonly Field[]) {
    this.fields = fields;
    this.fault = this.#check();
  }

  #check(): string | undefined {
    const pseudo = new Map<string, string>();
    let regular = false;
    for (const [name, value] of this.fields) {
      if (illegalInValue.test(value)) return `the value of ${JSON.stringify(name)} has illegal characters`;
      if (name.startsWith(':')) {
        if (regular) return `${name} follows a regular field`;
        if (pseudo.has(name)) return `${name} occurs twice`;
        pseudo.set(name, value);
      } else {
        regular = true;
        const fault = this.#checkRegular(name, value);
        if (fault !== undefined) return fault;
      }
    }
    return this.#checkPseudo(pseudo);
  }

  #checkRegular(name: string, value: string): string | undefined {
    const fault = faultOfRegular(name, value);
    if (fault !== undefined || name !== 'content-length') return fault;
    const length = /^\d{1,15}$/.test(value) ? Number(value) : -1;
    if (length < 0 || (this.contentLength >= 0 && this.contentLength !== length)) return 'content-length is malformed';
    this.contentLength = length;
    return undefined;
  }

  #checkPseudo(pseudo: Map<string, string>): string | undefined {
    for (const name of [':method', ':scheme', ':path']) {
      if (!pseudo.get(name)) return `${name} is missing`;
    }
    pseudo.delete(':scheme');
    pseudo.delete(':authority');
    this.method = pseudo.get(':method') as string;
    this.path = pseudo.get(':path') as string;
    pseudo.delete(':method');
    pseudo.delete(':path');
    const [unknown] = pseudo.keys();
    return unknown === undefined ? undefined : `${unknown} is not a field of a request`;
  }
}

/** The fault of the fields at the end of a request's body, if they have one. */
export function faultOfTrailers(fields: readonly Field[]): string | undefined {
  for (const [name, value] of fields) {
    if (name.startsWith(':')) return `${name} is among the trailers`;
    const fault = illegalInValue.test(value) ? `the value of ${name} has illegal characters` : undefined;
    if (fault ?? faultOfRegular(name, value)) return fault ?? faultOfRegular(name, value);
  }
  return undefined;
}

function faultOfRegular(name: string, value: string): string | undefined {
  if (!token.test(name)) return `the name ${JSON.stringify(name)} has illegal characters`;
  if (forbidden.has(name)) return `${name} is not allowed in HTTP/2`;
  if (name === 'te' && value !== 'trailers') return 'te may only say trailers';
  return undefined;
}
