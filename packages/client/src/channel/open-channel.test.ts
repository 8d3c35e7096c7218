import { ConfigServiceDefinition } from '@cfg/proto';
import { createClient } from 'nice-grpc';
import { expect, it } from 'vitest';
import { startServer } from '../test/server.js';
import { openChannel } from './index.js';

it('opens a channel for any client of the service, with the options of gRPC that it is given', async () => {
  const server = await startServer();
  const channel = openChannel(server.address, {
    insecure: true,
    channelOptions: { 'grpc.max_receive_message_length': 100_000 },
  });
  const client = createClient(ConfigServiceDefinition, channel);
  expect((await client.listCodecs({})).codecs).toContain('json');
  await client.set({ namespace: 'ns', key: 'k', value: Buffer.alloc(90_000), codec: 'raw' });
  await expect(client.set({ namespace: 'ns', key: 'k', value: Buffer.alloc(110_000), codec: 'raw' })).rejects.toThrow(
    /larger than max/,
  );
  channel.close();
  server.kill();
});

it.each([
  ['host:1', { insecure: true, tls: {} }, 'option tls contradicts'],
  ['host:1', { tls: { key: 'x' } }, 'option tls needs both'],
  ['host:1', { tls: { ca: 'x', cert: 'x', key: 'x' } }, 'option tls has a ca, cert or key that is not PEM'],
  ['host:1', { keepalive: { timeoutMs: 0 } }, 'option keepalive.timeoutMs '],
  ['two words', {}, 'address '],
  ['http://host:1', {}, 'insecure: true'],
])('refuses %s with %o', (address, options, message) => {
  expect(() => openChannel(address, options)).toThrowError(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(message) }),
  );
});
