import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallContext,
  type createServer as createNiceServer,
  Metadata,
  ServerError,
  type ServerMiddlewareCall,
  type ServiceImplementation,
  Status,
} from 'nice-grpc';
import { ErrorInfo, errorDetailsServerMiddleware, RichServerError } from 'nice-grpc-error-details';
import { describe, expect, it } from 'vitest';
import { type Note, NotesDefinition } from './test/definitions.js';
import { cancelled, echo } from './test/notes.js';
import { Running, servers } from './test/running.js';

type Notes = ServiceImplementation<NotesDefinition>;

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

async function* notes(...texts: string[]): AsyncGenerator<Note> {
  for (const text of texts) yield { text };
}

describe.each(servers)('calls through $name', ({ create }) => {
  const start = (changed: Partial<Notes> = {}): Promise<Running<ReturnType<typeof createNiceServer>>> => {
    const server = create();
    server.add(NotesDefinition, { ...echo, ...changed });
    return Running.of(server);
  };

  it('answers all four kinds', async () => {
    await using running = await start();
    const { client } = running;
    expect(await client.one({ text: 'a' })).toEqual({ text: 'a' });
    expect(await all(client.many({ text: 'b', count: 3 }))).toEqual([0, 1, 2].map((count) => ({ text: 'b', count })));
    expect(await client.collect(notes('c', 'd', 'e'))).toEqual({ text: 'cde', count: 3 });
    expect(await all(client.chat(notes('f', 'g')))).toEqual([{ text: 're: f' }, { text: 're: g' }]);
  });

  it('answers streams without a message', async () => {
    await using running = await start();
    expect(await all(running.client.many({ text: '', count: 0 }))).toEqual([]);
    expect(await running.client.collect(notes())).toEqual({ text: '', count: 0 });
    expect(await all(running.client.chat(notes()))).toEqual([]);
  });

  it('answers many calls at a time on one connection', async () => {
    await using running = await start();
    const texts = Array.from({ length: 500 }, (_, i) => `note ${i}`);
    const answers = await Promise.all(texts.map((text) => running.client.one({ text })));
    expect(answers.map(({ text }) => text)).toEqual(texts);
  });

  it('carries messages larger than any window, both ways', async () => {
    await using running = await start();
    const text = 'x'.repeat(2_000_000);
    expect(await running.client.one({ text })).toEqual({ text });
    expect((await all(running.client.many({ text, count: 3 }))).map((note) => note.text.length)).toEqual(
      Array(3).fill(text.length),
    );
    expect(await running.client.collect(notes(text, text))).toEqual({ text: text + text, count: 2 });
  });

  it('carries metadata, headers and trailers, text and binary', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    let seen: [string, unknown][] = [];
    await using running = await start({
      one: async (note, context) => {
        seen = [...context.metadata];
        context.header.set('x-header', 'h').set('x-header-bin', bytes);
        context.trailer.set('x-trailer', ['t', 'u']).set('x-trailer-bin', [bytes, new Uint8Array([1])]);
        return note;
      },
    });
    const metadata = Metadata({ 'x-text': ['a', 'b, c'], 'x-bytes-bin': [bytes, new Uint8Array()] });
    const told: Metadata[] = [];
    await running.client.one(
      { text: '' },
      { metadata, onHeader: (header) => void told.push(header), onTrailer: (trailer) => void told.push(trailer) },
    );
    expect(Object.fromEntries(seen)['x-text']).toEqual(['a, b, c']);
    expect((Object.fromEntries(seen)['x-bytes-bin'] as Uint8Array[]).map((value) => [...value])).toEqual([
      [...bytes],
      [],
    ]);
    expect(seen.map(([name]) => name).sort()).toEqual(['user-agent', 'x-bytes-bin', 'x-text']);
    const [header, trailer] = told as [Metadata, Metadata];
    expect(header.get('x-header')).toBe('h');
    expect([...(header.get('x-header-bin') ?? [])]).toEqual([...bytes]);
    expect(trailer.get('x-trailer')).toBe('t, u');
    expect(trailer.getAll('x-trailer-bin').map((value) => [...value])).toEqual([[...bytes], [1]]);
  });

  it('sends headers ahead of the first message', async () => {
    const go = Promise.withResolvers<void>();
    await using running = await start({
      many: async function* (note, context) {
        context.header.set('x-ready', 'yes');
        context.sendHeader();
        await go.promise;
        yield note;
      },
    });
    const header = Promise.withResolvers<Metadata>();
    const answers = all(running.client.many({ text: 'a' }, { onHeader: header.resolve }));
    expect((await header.promise).get('x-ready')).toBe('yes');
    go.resolve();
    expect(await answers).toEqual([{ text: 'a' }]);
  });

  it.each([
    { thrown: new ServerError(Status.NOT_FOUND, 'no such note'), code: Status.NOT_FOUND, details: 'no such note' },
    { thrown: new ServerError(Status.ABORTED, 'ümläut 100 % ☃\n'), code: Status.ABORTED, details: 'ümläut 100 % ☃\n' },
    { thrown: new ServerError(Status.DATA_LOSS, ''), code: Status.DATA_LOSS },
    { thrown: new DOMException('stop', 'AbortError'), code: Status.CANCELLED, details: 'The operation was cancelled' },
  ])('tells $thrown.message of a method', async ({ thrown, code, details }) => {
    const fail = async (): Promise<never> => Promise.reject(thrown);
    await using running = await start({
      one: fail,
      many: async function* (note) {
        yield note;
        throw thrown;
      },
      collect: fail,
    });
    const told = { code, ...(details !== undefined && { details }) };
    await expect(running.client.one({ text: '' })).rejects.toMatchObject(told);
    await expect(all(running.client.many({ text: '' }))).rejects.toMatchObject(told);
    await expect(running.client.collect(notes('a'))).rejects.toMatchObject(told);
  });

  it('tells nothing of an error that is no ServerError', async () => {
    const warnings: string[] = [];
    const listener = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listener);
    await using running = await start({ one: async () => Promise.reject(new Error('the password is 1234')) });
    await expect(running.client.one({ text: '' })).rejects.toMatchObject({
      code: Status.UNKNOWN,
      details: 'Unknown server error occurred',
    });
    await sleep(10);
    process.off('warning', listener);
    expect(warnings.some((text) => text.includes('/test.Notes/One'))).toBe(true);
  });

  it('sends the header of a method that fails', async () => {
    await using running = await start({
      one: async (_note, context) => {
        context.header.set('x-features', 'many');
        context.trailer.set('x-more', 'yes');
        throw new ServerError(Status.NOT_FOUND, 'none');
      },
    });
    const told: (string | undefined)[] = [];
    const call = running.client.one(
      { text: '' },
      {
        onHeader: (header) => void told.push(header.get('x-features')),
        onTrailer: (trailer) => void told.push(trailer.get('x-more')),
      },
    );
    await expect(call).rejects.toMatchObject({ code: Status.NOT_FOUND });
    expect(told).toEqual(['many', 'yes']);
  });

  it('answers a method that is not there with UNIMPLEMENTED', async () => {
    const server = create();
    const { one, ...rest } = NotesDefinition;
    const { one: _one, ...echoes } = echo;
    server.add(rest, echoes);
    await using running = await Running.of(server);
    const details = 'The server does not implement the method /test.Notes/One';
    await expect(running.client.one({ text: one.path })).rejects.toMatchObject({ code: Status.UNIMPLEMENTED, details });
  });

  it('answers a request that cannot be read, or an answer that cannot be written, with INTERNAL', async () => {
    const server = create();
    const broken = (): never => {
      throw new Error('not JSON');
    };
    const { one, ...rest } = NotesDefinition;
    server.add(
      { ...rest, one: { ...one, requestDeserialize: broken }, many: { ...rest.many, responseSerialize: broken } },
      echo,
    );
    await using running = await Running.of(server);
    await expect(running.client.one({ text: '' })).rejects.toMatchObject({
      code: Status.INTERNAL,
      details: 'Error deserializing request',
    });
    await expect(all(running.client.many({ text: '' }))).rejects.toMatchObject({ code: Status.INTERNAL });
  });

  it('ends a call at its deadline, and tells its handler', async () => {
    const ended = Promise.withResolvers<void>();
    await using running = await start({
      one: async (note, context) => {
        await cancelled(context);
        ended.resolve();
        return note;
      },
    });
    // The client's own clock must not be first.
    const call = running.client.one({ text: '' }, { metadata: Metadata({ 'grpc-timeout': '30m' }) });
    await expect(call).rejects.toMatchObject({ code: Status.DEADLINE_EXCEEDED });
    await ended.promise;
  });

  it('tells a handler that its caller has left', async () => {
    const began = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const wait = async (note: Note, context: CallContext): Promise<Note> => {
      began.resolve();
      await cancelled(context);
      ended.resolve();
      return note;
    };
    await using running = await start({ one: wait });
    const aborter = new AbortController();
    const call = running.client.one({ text: '' }, { signal: aborter.signal });
    await began.promise;
    aborter.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await ended.promise;
  });

  it('ends the streams of a caller that has left', async () => {
    const ended = Promise.withResolvers<void>();
    await using running = await start({
      chat: async function* (incoming) {
        try {
          for await (const note of incoming) yield note;
        } finally {
          ended.resolve();
        }
      },
    });
    const aborter = new AbortController();
    const forever = async function* (): AsyncGenerator<Note> {
      yield { text: 'a' };
      await new Promise(() => {});
    };
    const chat = running.client.chat(forever(), { signal: aborter.signal })[Symbol.asyncIterator]();
    expect((await chat.next()).value).toEqual({ text: 'a' });
    const next = chat.next();
    aborter.abort();
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
    await ended.promise;
  });

  it('does not run ahead of a caller that reads slowly', async () => {
    let made = 0;
    const text = 'x'.repeat(100_000);
    await using running = await start({
      many: async function* () {
        for (;;) {
          made += 1;
          yield { text };
        }
      },
    });
    let read = 0;
    for await (const _ of running.client.many({ text: '' })) {
      read += 1;
      if (read === 1) await sleep(50);
      if (read === 3) break;
    }
    // Windows, buffers of both ends and of the kernel hold some: far from what an unbounded server would make.
    expect(made).toBeLessThan(500);
  });

  it('runs middleware around each method, with a context of its own', async () => {
    const order: string[] = [];
    const noting = (name: string) =>
      async function* <Request, Response>(
        call: ServerMiddlewareCall<Request, Response, { user: string }>,
        context: CallContext,
      ): AsyncGenerator<Response, Response | undefined, undefined> {
        order.push(`${name} ${call.method.path}`);
        context.header.set(`x-${name}`, 'yes');
        try {
          return (yield* call.next(call.request, { ...context, user: name })) as Response | undefined;
        } finally {
          order.push(`after ${name}`);
        }
      };
    let seen: unknown;
    const server = create().use(noting('outer'));
    server.with(noting('inner')).add(NotesDefinition, {
      ...echo,
      one: async (note, context: CallContext & { user?: string }) => {
        seen = {
          user: context.user,
          agent: typeof context.metadata.get('user-agent'),
          aborted: context.signal.aborted,
        };
        return note;
      },
    });
    await using running = await Running.of(server);
    const headers: Metadata[] = [];
    await running.client.one({ text: '' }, { onHeader: (told) => void headers.push(told) });
    expect(seen).toEqual({ user: 'inner', agent: 'string', aborted: false });
    expect(headers[0]?.get('x-outer')).toBe('yes');
    expect(order).toEqual(['outer /test.Notes/One', 'inner /test.Notes/One', 'after inner', 'after outer']);
    order.length = 0;
    expect(await all(running.client.many({ text: 'a', count: 2 }))).toHaveLength(2);
    expect(await all(running.client.chat(notes('a')))).toHaveLength(1);
    expect((await running.client.collect(notes('a', 'b'))).count).toBe(2);
    expect(order.filter((line) => line === 'after outer')).toHaveLength(3);
  });

  it('carries error details', async () => {
    const server = create().use(errorDetailsServerMiddleware);
    const detail = ErrorInfo.fromPartial({ reason: 'NOTE_MISSING', domain: 'notes' });
    server.add(NotesDefinition, {
      ...echo,
      one: async () => {
        throw new RichServerError(Status.NOT_FOUND, 'none', [{ ...detail, $type: ErrorInfo.$type }]);
      },
    });
    await using running = await Running.of(server);
    await expect(running.client.one({ text: '' })).rejects.toMatchObject({
      code: Status.NOT_FOUND,
      extra: [{ reason: 'NOTE_MISSING', domain: 'notes' }],
    });
  });

  it('finishes calls before it shuts down, and takes no new ones', async () => {
    const began = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    await using running = await start({
      one: async (note) => {
        began.resolve();
        await go.promise;
        return note;
      },
    });
    const call = running.client.one({ text: 'last' });
    await began.promise;
    const closing = running.server.shutdown();
    await sleep(20);
    go.resolve();
    expect(await call).toEqual({ text: 'last' });
    await closing;
    await expect(running.client.one({ text: '' })).rejects.toMatchObject({ code: Status.UNAVAILABLE });
  });

  it('cancels calls when it is shut down by force', async () => {
    const began = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    await using running = await start({
      one: async (note, context) => {
        began.resolve();
        await cancelled(context);
        ended.resolve();
        return note;
      },
    });
    const call = running.client.one({ text: '' });
    await began.promise;
    running.server.forceShutdown();
    await expect(call).rejects.toMatchObject({ code: Status.CANCELLED });
    await ended.promise;
  });

  it('refuses to be changed once it listens', async () => {
    await using running = await start();
    const { server } = running;
    expect(() => server.add(NotesDefinition, echo)).toThrow(/before listen/);
    const nothing = async function* (): AsyncGenerator<never, never, undefined> {
      yield* [];
      throw new Error('never called');
    };
    expect(() => server.use(nothing)).toThrow(/before listen/);
    await expect(server.listen('127.0.0.1:0')).rejects.toThrow(/already/);
  });

  it('rejects to listen where another does', async () => {
    await using running = await start();
    const other = create();
    other.add(NotesDefinition, echo);
    await expect(other.listen(`127.0.0.1:${running.port}`)).rejects.toThrow(/EADDRINUSE/);
  });
});
