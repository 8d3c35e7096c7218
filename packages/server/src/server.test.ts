import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { MemoryStore } from '@cfg/core';
import { ConfigServiceDefinition } from '@cfg/proto';
import { allowAll, type Guard } from '@cfg/service';
import { ChannelCredentials, createChannel, createClient, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { grpcDoors } from './grpc-door.js';
import { startServer } from './server.js';

const anyPorts = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };

const pem = (name: string): string => fileURLToPath(new URL(`test/tls/${name}.pem`, import.meta.url));
const tls = { tlsCert: pem('server'), tlsKey: pem('server.key') };

const isListening = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [host = '', port] = address.split(':');
    const socket = connect(Number(port), host);
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

describe('startServer', () => {
  it('opens both doors, and closes them', async () => {
    const server = await startServer(anyPorts);
    expect(await isListening(server.grpcAddress)).toBe(true);
    expect((await fetch(`http://${server.httpAddress}/v1/codecs`)).status).toBe(200);
    await Promise.all([server.close(), server.close()]);
    expect(await isListening(server.grpcAddress)).toBe(false);
    expect(await isListening(server.httpAddress)).toBe(false);
  });

  it('leaves nothing open when a door cannot be opened', async () => {
    await using other = await startServer(anyPorts);
    const free = await startServer(anyPorts);
    await free.close();
    await expect(startServer({ grpc: free.grpcAddress, http: other.httpAddress })).rejects.toMatchObject({
      code: 'unavailable',
      message: `cannot open the HTTP door on ${other.httpAddress}: the port is in use`,
    });
    expect(await isListening(free.grpcAddress)).toBe(false);
  });

  it.each([
    ['', {}],
    [', with TLS', tls],
  ])('closes though somebody is connected who says nothing%s', async (_, options) => {
    const server = await startServer({ ...anyPorts, ...options, graceMs: 600_000 });
    const [host = '', port] = server.httpAddress.split(':');
    const silent = connect(Number(port), host);
    await once(silent, 'connect');
    await server.close();
    silent.destroy();
  });

  it("serves a store of one's own, and leaves it open", async () => {
    const store = new MemoryStore();
    {
      await using server = await startServer({ ...anyPorts, store });
      await store.set('demo', 'a', { bytes: Buffer.from('1'), codec: 'json', type: 'int' });
      expect((await fetch(`http://${server.httpAddress}/v1/namespaces/demo/keys/a`)).status).toBe(200);
    }
    expect(await store.get('demo', 'a')).toMatchObject({ version: 1 });
    await store.close();
  });

  it("asks a guard of one's own, at both doors", async () => {
    const guard: Guard = {
      ...allowAll(),
      authorize: (_identity, action) => ({ allowed: action === 'read', reason: 'read only' }),
    };
    await using server = await startServer({ ...anyPorts, guard });
    const path = `http://${server.httpAddress}/v1/namespaces/demo/keys/a`;
    expect((await fetch(path)).status).toBe(404);
    expect((await fetch(path, { method: 'DELETE' })).status).toBe(403);
    const channel = createChannel(server.grpcAddress);
    const client = createClient(ConfigServiceDefinition, channel);
    await expect(client.delete({ namespace: 'demo', key: 'a' })).rejects.toMatchObject({
      code: Status.PERMISSION_DENIED,
      details: 'read only',
    });
    channel.close();
  });

  it('says what the door nice lacks', async () => {
    const warned: string[] = [];
    const quiet = (): void => {};
    const logger = {
      debug: quiet,
      info: quiet,
      warn: (_: object, text: string) => void warned.push(text),
      error: quiet,
    };
    await (await startServer({ ...anyPorts, grpcDoor: 'nice', logger })).close();
    expect(warned.join()).toContain('authenticated only after their request has come');
    warned.length = 0;
    await (await startServer({ ...anyPorts, logger })).close();
    expect(warned.join()).not.toContain('authenticated');
  });

  it.each([
    ['an address without a port', { grpc: 'nine' }, 'grpc must be host:port'],
    ['an open server on other addresses', { grpc: '0.0.0.0:0' }, 'set iKnowThisIsOpen'],
    ['a door that is not there', { grpcDoor: 'slow' as 'fast' }, 'grpcDoor must be fast or nice, not "slow"'],
    ['no history', { history: 0 }, 'history must be a whole number from 1'],
    ['a grace period that is no number', { graceMs: Number.NaN }, 'graceMs must be a whole number from 0'],
    [
      'values over 32 MiB',
      { maxValueBytes: 64 * 1024 * 1024 },
      'maxValueBytes must be a whole number from 1 to 33554432',
    ],
    ["another certificate's key", { tlsCert: pem('server'), tlsKey: pem('client.key') }, 'is not the key of'],
    ['a key for a certificate', { tlsCert: pem('server.key'), tlsKey: pem('server.key') }, 'tlsCert: '],
    ['a key for an authority', { ...tls, tlsClientCa: pem('client.key') }, 'tlsClientCa: '],
  ])('refuses %s', async (_, options, message) => {
    await expect(startServer({ ...anyPorts, ...options })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
  });
});

describe.each(grpcDoors)('startServer with TLS, its gRPC door %s', (grpcDoor) => {
  const ca = readFileSync(pem('ca'));
  const own = { cert: readFileSync(pem('client')), key: readFileSync(pem('client.key')) };

  // By name: TLS knows no server names that are addresses.
  const local = (address: string): string => address.replace('127.0.0.1', 'localhost');

  const statusOf = (address: string, options: object): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const call = request(`https://${local(address)}/v1/codecs`, { ca, agent: false, ...options }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on('error', reject).end();
    });

  const codecsOf = async (address: string, credentials: ChannelCredentials): Promise<readonly string[]> => {
    const channel = createChannel(`https://${local(address)}`, credentials);
    try {
      return (await createClient(ConfigServiceDefinition, channel).listCodecs({})).codecs;
    } finally {
      channel.close();
    }
  };

  it('secures both doors', async () => {
    await using server = await startServer({ ...anyPorts, grpcDoor, ...tls });
    expect(await statusOf(server.httpAddress, {})).toBe(200);
    expect(await codecsOf(server.grpcAddress, ChannelCredentials.createSsl(ca))).toContain('json');
    await expect(fetch(`http://${server.httpAddress}/v1/codecs`)).rejects.toThrow();
  });

  it('demands client certificates at both doors, if told which', async () => {
    await using server = await startServer({ ...anyPorts, grpcDoor, ...tls, tlsClientCa: pem('ca') });
    expect(await statusOf(server.httpAddress, own)).toBe(200);
    await expect(statusOf(server.httpAddress, {})).rejects.toThrow();
    expect(await codecsOf(server.grpcAddress, ChannelCredentials.createSsl(ca, own.key, own.cert))).toContain('json');
    await expect(codecsOf(server.grpcAddress, ChannelCredentials.createSsl(ca))).rejects.toMatchObject({
      code: Status.UNAVAILABLE,
    });
  });
});
