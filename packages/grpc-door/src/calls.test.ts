import { type createServer as createNiceServer, Metadata, type ServiceImplementation } from 'nice-grpc';
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
});
