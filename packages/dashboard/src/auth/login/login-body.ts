import type { HttpRequest } from '@cfg/service';

/** What the log-in form sends. */
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
    : parse(request.headers['content-type'] ?? '', await textOf(request));
  if (typeof fields !== 'object' || fields === null) return undefined;
  const { passphrase, returnTo } = fields as Record<string, unknown>;
  if (typeof passphrase !== 'string') return undefined;
  return { passphrase, returnTo: typeof returnTo === 'string' ? returnTo : undefined };
}

async function textOf(request: HttpRequest): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parse(type: string, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return Object.fromEntries(new URLSearchParams(text));
  if (!/^application\/json\b/i.test(type)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
