import { readFileSync } from 'node:fs';
import { MemoryStore } from '@cfg/core';
import { ConfigServiceDefinition } from '@cfg/proto';
import { createChannel, createClient } from 'nice-grpc';
import { ErrorInfo } from 'nice-grpc-error-details';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowAll, createConfigService } from './index.js';
import { type Running, serve } from './test/doors.js';
import { rawCall } from './test/raw-call.js';

/** One line of the recording of the original: a call, in order, and its answer. */
interface Recorded {
  readonly name: string;
  readonly method: string;
  readonly request: string;
  readonly code: number;
  readonly message?: string;
  readonly details?: string;
  readonly responses?: readonly string[];
}

/** Where this service answers better than the original, on purpose. */
const ours: Readonly<Record<string, Partial<Recorded> & { readonly reason?: string }>> = {
  'bad json': { code: 3, reason: 'INVALID_VALUE' },
  'malformed request': { code: 3 },
};

const recordings = readFileSync(new URL('./test/fixtures/grpc.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Recorded => JSON.parse(line));
const calls = recordings.filter(({ method }) => method !== 'Watch');
const watch = recordings.find(({ method }) => method === 'Watch') as Recorded;
const definitions = Object.values(ConfigServiceDefinition);
const decoderOf = (method: string) => definitions.find(({ path }) => path.endsWith(`/${method}`))?.responseDeserialize;

/** The reason in a `grpc-status-details-bin`. A google.rpc.Status has its details, and an Any its value, in bytes. */
function reasonIn(status: Buffer): string | undefined {
  const marker = 'google.rpc.ErrorInfo';
  const at = status.indexOf(marker);
  // After the type's name: the tag and the length of the Any's value.
  return at < 0 ? undefined : ErrorInfo.decode(status.subarray(at + marker.length + 2)).reason;
}

/** The part of an answer that is compared: times, cursors and the type of a secret left out, our own fields too. */
function meaning(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name]) => !ownFields.has(name));
  return Object.fromEntries(
    fields.map(([name, field]) => [name, times.has(name) ? field !== undefined : meaning(field)]),
  );
}

const ownFields = new Set([
  'revision',
  'logId',
  'expiresAt',
  'deleted',
  'canDelete',
  'canList',
  'canWatch',
  'canReveal',
  'namespaceRevision',
  'oldestRevision',
  'nextCursor',
]);
const times = new Set(['createdAt', 'updatedAt']);

/** The built-in codec `secret` has a type of its own here. */
const typed = (message: string, value: unknown): unknown =>
  message === 'secret codec' ? { entry: { ...(value as { entry: object }).entry, type: 12 } } : value;

describe('the recording of the original', () => {
  let door: Running;
  const seen: unknown[] = [];
  let watching: Promise<unknown>;
  const stop = new AbortController();

  beforeAll(async () => {
    const store = new MemoryStore({ historyLimit: 10 });
    await store.connect();
    door = await serve(createConfigService(store, { guard: allowAll() }));
    const client = createClient(ConfigServiceDefinition, createChannel(door.address));
    const ready = Promise.withResolvers<void>();
    watching = (async () => {
      const options = { signal: stop.signal, onHeader: () => ready.resolve() };
      for await (const event of client.watch({ namespaces: ['prod'] }, options)) seen.push(meaning(event));
    })().catch(() => {});
    await ready.promise;
  });

  afterAll(async () => {
    stop.abort();
    await watching;
    await door[Symbol.asyncDispose]();
  });

  it.each(calls)('$method: $name', async (recorded) => {
    const { name, method, request } = recorded;
    const want = { ...recorded, ...ours[name] };
    const got = await rawCall(door.address, `/config.v1.ConfigService/${method}`, Buffer.from(request, 'base64'));
    expect(got.code).toBe(want.code);
    if (want.code === 0) {
      const decode = decoderOf(method);
      const wanted = decode?.(Buffer.from(want.responses?.[0] ?? '', 'base64'));
      expect(meaning(decode?.(got.response as Buffer))).toEqual(typed(name, meaning(wanted)));
      return;
    }
    const reason = ours[name] ? ours[name].reason : reasonIn(Buffer.from(want.details ?? '', 'base64'));
    const [details = Buffer.alloc(0)] = got.trailer?.get('grpc-status-details-bin') ?? [];
    expect(reasonIn(Buffer.from(details))).toBe(reason);
  });

  it('Watch: what a watcher saw meanwhile', async () => {
    const wanted = (watch.responses ?? []).map((response) =>
      meaning(ConfigServiceDefinition.watch.responseDeserialize(Buffer.from(response, 'base64'))),
    );
    const [secret] = wanted.filter((event) => (event as { entry: { key: string } }).entry.key === 'sec');
    Object.assign((secret as { entry: object }).entry, { type: 12 });
    expect(seen).toEqual(wanted);
  });
});
