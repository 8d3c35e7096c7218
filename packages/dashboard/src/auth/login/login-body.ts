import type { HttpRequest } from '@cfg/service';
import { jsonOf, textOf } from '../../request-body.js';

/** The fields that the log-in form sends. */
export interface LoginBody {
  readonly passphrase: string;
  readonly returnTo: string | undefined;
}

const maxBytes = 16_384;

/** Reads a form or a JSON object; undefined where it is neither, or too large. */
export async function readLogin(request: HttpRequest & { readonly body?: unknown }): Promise<LoginBody | undefined> {
  // An application may have parsed it before us.
  const fields = request.readableEnded
    ? request.body
    : parse(request.headers['content-type'] ?? '', await textOf(request, maxBytes));
  if (typeof fields !== 'object' || fields === null) return undefined;
  const { passphrase, returnTo } = fields as Record<string, unknown>;
  if (typeof passphrase !== 'string') return undefined;
  return { passphrase, returnTo: typeof returnTo === 'string' ? returnTo : undefined };
}

function parse(type: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return Object.fromEntries(new URLSearchParams(text));
  if (!/^application\/json\b/i.test(type)) return undefined;
  return jsonOf(text);
}
