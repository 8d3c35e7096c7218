import { readFileSync } from 'node:fs';
import { ConfigServiceDefinition, WriteMode } from '@cfg/proto';
import { createServer, type Metadata, ServerError, Status } from 'nice-grpc';

/*
 * The Go original, as far as recordings of it go: it answers a request that was recorded as it was answered then, in
 * the order of the recording, the last answer again and again. It announces no features and sends no header before a
 * stream's first message.
 */

export interface Exchange {
  readonly name: string;
  readonly method: string;
  readonly code: Status;
  readonly message?: string;
  readonly details?: string;
  readonly request: string;
  readonly responses?: readonly string[];
}

const file = new URL('./fixtures/original.jsonl', import.meta.url);

export const exchanges: readonly Exchange[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Exchange);

type Method = { readonly path: string; requestDeserialize(bytes: Uint8Array): object };

/** The service with messages as bare bytes, so that what is compared and sent is what was recorded. */
const definition = Object.fromEntries(
  Object.entries(ConfigServiceDefinition).map(([name, method]) => [
    name,
    {
      ...method,
      requestDeserialize: (bytes: Uint8Array) => bytes,
      responseSerialize: (bytes: Uint8Array) => bytes,
    },
  ]),
);

/** `cut` ends the watches. */
export async function startOriginal(): Promise<{ address: string; cut(): void; kill(): void }> {
  const left = [...exchanges];
  const cutting = new Set<() => void>();
  const answer = (method: Method, request: Uint8Array): Exchange => {
    const name = method.path.split('/').at(-1);
    const [found, next] = left.filter((each) => each.method === name && meansTheSame(method, each.request, request));
    if (found !== undefined && next !== undefined) left.splice(left.indexOf(found), 1);
    if (found === undefined) throw new ServerError(Status.DATA_LOSS, `${name}: no such request was recorded`);
    return found;
  };
  const unary = (method: Method) => async (request: Uint8Array, context: { trailer: Metadata }) => {
    const { code, message = '', details, responses = [] } = answer(method, request);
    if (details) context.trailer.set('grpc-status-details-bin', Buffer.from(details, 'base64'));
    if (code !== 0) throw new ServerError(code, message);
    return Buffer.from(responses[0] ?? '', 'base64');
  };
  const handlers = Object.entries(ConfigServiceDefinition).map(([name, method]) => [name, unary(method)]);
  const implementation = {
    ...Object.fromEntries(handlers),
    async *watch(request: Uint8Array, context: { signal: AbortSignal }) {
      for (const response of answer(ConfigServiceDefinition.watch, request).responses ?? [])
        yield Buffer.from(response, 'base64');
      await new Promise<void>((resolve) => {
        cutting.add(resolve);
        context.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      throw new ServerError(Status.UNAVAILABLE, 'transport is closing');
    },
  };
  const server = createServer();
  server.add(definition, implementation);
  const port = await server.listen('127.0.0.1:0');
  return {
    address: `127.0.0.1:${port}`,
    cut: () => {
      for (const cut of cutting) cut();
    },
    kill: () => server.forceShutdown(),
  };
}

/** Apart from what does not matter here: no write mode means upsert, and pages may be of any size. */
function meansTheSame({ requestDeserialize }: Method, recorded: string, sent: Uint8Array): boolean {
  const meaning = (bytes: Uint8Array): string => {
    const message = { ...requestDeserialize(bytes) } as { writeMode?: WriteMode; limit?: number };
    message.writeMode ||= WriteMode.WRITE_MODE_UPSERT;
    return JSON.stringify({ ...message, limit: 0 });
  };
  return meaning(Buffer.from(recorded, 'base64')) === meaning(sent);
}
