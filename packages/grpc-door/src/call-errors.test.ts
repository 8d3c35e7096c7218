import { setTimeout as sleep } from 'node:timers/promises';
import { type createServer as createNiceServer, ServerError, type ServiceImplementation, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { type Note, NotesDefinition } from './test/definitions.js';
import { echo } from './test/notes.js';
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

describe.each(servers)('what a caller is told through $name', ({ create }) => {
  const start = (changed: Partial<Notes> = {}): Promise<Running<ReturnType<typeof createNiceServer>>> => {
    const server = create();
    server.add(NotesDefinition, { ...echo, ...changed });
    return Running.of(server);
  };

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
});
