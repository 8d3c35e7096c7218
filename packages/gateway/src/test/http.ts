import http, { type Agent, type IncomingHttpHeaders } from 'node:http';

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, another value as JSON. */
  readonly body?: unknown;
  /** To keep connections; by default each request has its own. */
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; `undefined` if it is none. */
  readonly json: unknown;
}

/** One request. Unlike `fetch`, it sends the path as it is. */
export function ask(base: string, path: string, asked: Ask = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, agent = false, signal } = asked;
  const { hostname, port } = new URL(base);
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
    const options = { hostname, port, path, method, headers: { ...length, ...headers }, agent };
    const request = http.request({ ...options, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: whole, json: parsed(whole) });
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
