import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallContext,
  type createServer as createNiceServer,
  Metadata,
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

describe.each(servers)('the course of a call through $name', ({ create }) => {
  const start = (changed: Partial<Notes> = {}): Promise<Running<ReturnType<typeof createNiceServer>>> => {
    const server = create();
    server.add(NotesDefinition, { ...echo, ...changed });
    return Running.of(server);
  };

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
