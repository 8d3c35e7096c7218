import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { ConfigServiceDefinition } from '@cfg/proto';
import { rbac } from '@cfg/service';
import { ChannelCredentials, createChannel, createClient, Metadata } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { grpcDoors } from './grpc-door.js';
import { startServer } from './server.js';

const pem = (name: string): string => fileURLToPath(new URL(`test/tls/${name}.pem`, import.meta.url));
const [ca, cert, key] = ['ca', 'client', 'client.key'].map((name) => readFileSync(pem(name)));

const guard = rbac({
  roles: { writer: [{ actions: ['*'] }] },
  certificates: [{ subject: { CN: '*' }, roles: ['writer'] }],
});

describe.each(grpcDoors)('a client certificate, at the %s door', (grpcDoor) => {
  it('says who calls, over gRPC and HTTP', async () => {
    const tls = { tlsCert: pem('server'), tlsKey: pem('server.key'), tlsClientCa: pem('ca') };
    await using server = await startServer({ grpc: '127.0.0.1:0', http: '127.0.0.1:0', grpcDoor, guard, ...tls });
    const address = server.grpcAddress.replace('127.0.0.1', 'localhost');
    const channel = createChannel(address, ChannelCredentials.createSsl(ca, key, cert));
    const client = createClient(ConfigServiceDefinition, channel);
    // A header that only the server writes changes nothing.
    const metadata = Metadata({ 'cfg-certificate': 'someone' });
    const { entry } = await client.set({ namespace: 'n', key: 'a', value: Buffer.from('1') }, { metadata });
    expect(entry?.author).toMatch(/./);
    channel.close();
    const url = `https://localhost:${server.httpAddress.split(':')[1]}/v1/namespaces/n/keys/a`;
    const status = await new Promise((resolve, reject) => {
      const asked = request(url, { ca, cert, key, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(200);
  });
});
