import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callerOf } from '@cfg/service';
import type { Metadata } from 'nice-grpc-common';
import { describe, expect, it } from 'vitest';
import { MetadataReader } from './metadata.js';

const reader = new MetadataReader();

/** The headers as they are after they have travelled over a real socket. */
function read(headers: Record<string, string | string[]>): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      try {
        resolve(toObject(reader.read(request, () => callerOf(request))));
      } catch (error) {
        reject(error);
      }
      response.end();
      server.close();
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      httpRequest({ host: '127.0.0.1', port, headers, agent: false }).on('error', reject).end();
    });
  });
}

const toObject = (metadata: Metadata): Record<string, unknown> =>
  Object.fromEntries([...metadata].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));

describe('MetadataReader', () => {
  it('hands on what a service may want to know', async () => {
    expect(
      await read({
        Authorization: 'Bearer x',
        Cookie: 'a=b',
        Traceparent: '00-1',
        'X-Request-Id': '7',
        'X-Role': ['admin', 'reader'],
        'Grpc-Metadata-Tenant': 'acme',
        'Grpcgateway-Extra': 'e',
        'User-Agent': 'test',
        'Accept-Encoding': 'gzip',
      }),
    ).toEqual({
      authorization: 'Bearer x',
      'grpcgateway-authorization': 'Bearer x',
      cookie: 'a=b',
      'grpcgateway-cookie': 'a=b',
      traceparent: '00-1',
      'x-request-id': '7',
      'x-role': 'admin, reader',
      tenant: 'acme',
      'grpcgateway-extra': 'e',
      'grpcgateway-user-agent': 'test',
      'x-forwarded-host': expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
      'x-real-ip': '127.0.0.1',
    });
  });

  it.each([
    'x-forwarded-for',
    'x-forwarded-user',
    'x-real-ip',
    'grpc-timeout',
    'grpc-status-details-bin',
    'cfg-features',
    'cfg-hop',
    'content-type',
    'te',
    'user-agent',
    'host',
  ])('does not let a caller set %s in any form', async (name) => {
    const plain = await read({});
    const forms = [
      'grpc-metadata-',
      'grpcgateway-',
      'grpc-metadata-grpcgateway-',
      'grpc-metadata-grpc-metadata-',
      'grpcgateway-grpc-metadata-',
    ];
    const forged = await read(Object.fromEntries(forms.map((form) => [form + name, 'Zm9yZ2Vk'])));
    expect({ ...forged, 'x-forwarded-host': '' }).toEqual({ ...plain, 'x-forwarded-host': '' });
    if (name.startsWith('x-') || name.startsWith('cfg-'))
      expect((await read({ [name]: 'forged' }))[name]).toBe(plain[name]);
  });

  it('prefers a header to another form of it', async () => {
    expect(await read({ 'grpc-metadata-authorization': 'forged', authorization: 'Bearer x' })).toMatchObject({
      authorization: 'Bearer x',
    });
    expect(await read({ authorization: 'Bearer x', 'grpc-metadata-authorization': 'forged' })).toMatchObject({
      authorization: 'Bearer x',
    });
    expect(await read({ 'grpc-metadata-authorization': 'Bearer y' })).toMatchObject({ authorization: 'Bearer y' });
  });

  it('decodes binary metadata', async () => {
    const metadata = await read({ 'grpc-metadata-sig-bin': 'AAH/', 'x-two-bin': 'AQ==, Ag' });
    expect(metadata['sig-bin']).toEqual(Buffer.from([0, 1, 255]));
    expect(metadata['x-two-bin']).toEqual([Buffer.from([1]), Buffer.from([2])]);
  });

  it('refuses binary metadata that is not base64', async () => {
    await expect(read({ 'x-sig-bin': '***' })).rejects.toThrow('header x-sig-bin is not base64');
  });

  it('passes over what cannot be metadata', async () => {
    const metadata = await read({ 'x-name': 'Zoë', 'x-bad!name': 'a' });
    expect(Object.keys(metadata).filter((name) => name.startsWith('x-') && !name.startsWith('x-forwarded'))).toEqual([
      'x-real-ip',
    ]);
  });

  it('stays bounded whatever names callers make up', async () => {
    for (let i = 0; i < 3; i++) {
      const headers = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`x-h${i}-${n}`, 'v']));
      expect(await read(headers)).toMatchObject({ [`x-h${i}-299`]: 'v' });
    }
  });
});
