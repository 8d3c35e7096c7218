import { ConfigServiceDefinition } from '@cfg/proto';
import { createChannel, createClientFactory, createServer } from 'nice-grpc';
import { expect, it, onTestFinished } from 'vitest';
import { pacedCancels } from './paced-cancels.js';

it('however many leave at once, the others on the connection do not notice', { timeout: 60_000 }, async () => {
  const server = createServer({ 'grpc.max_concurrent_streams': 10_000 });
  let tell = (): void => {};
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const watches = {
    async *watch() {
      yield { type: 100, revision: 1 };
      await told;
      yield { type: 100, revision: 2 };
    },
    listCodecs: async () => ({ codecs: ['json'] }),
  };
  const others = Object.keys(ConfigServiceDefinition).map((name) => [name, async () => ({})]);
  server.add(ConfigServiceDefinition, { ...Object.fromEntries(others), ...watches } as never);
  const channel = createChannel(`127.0.0.1:${await server.listen('127.0.0.1:0')}`);
  onTestFinished(() => {
    channel.close();
    server.forceShutdown();
  });
  const client = createClientFactory().use(pacedCancels()).create(ConfigServiceDefinition, channel);
  const open = async (signal?: AbortSignal) => {
    const stream = client.watch({}, { ...(signal && { signal }) })[Symbol.asyncIterator]();
    expect((await stream.next()).value).toMatchObject({ revision: 1 });
    return stream;
  };
  const [stays, leaves] = [await open(), new AbortController()];
  // More than Node's HTTP/2 server takes at once, by which it ends the connection.
  const leaving = await Promise.all(Array.from({ length: 1_200 }, () => open(leaves.signal)));
  const ends = leaving.map((stream) => stream.next());
  leaves.abort(new Error('left'));
  for (const end of await Promise.allSettled(ends)) expect(end).toMatchObject({ reason: { message: 'left' } });
  for (let i = 0; i < 20; i += 1) expect((await client.listCodecs({})).codecs).toEqual(['json']);
  tell();
  expect((await stays.next()).value).toMatchObject({ revision: 2 });
});
