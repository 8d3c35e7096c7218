import { MemoryStore } from '@cfg/core';
import { allowAll, createConfigService } from '@cfg/service';
import { expect, it } from 'vitest';
import { createGateway, createInProcessGateway } from './index.js';

const service = createConfigService(new MemoryStore(), { guard: allowAll() });

it.each<[options: unknown, why: string]>([
  [null, 'the options of createGateway must be an object'],
  [{ callTimeout: 5 }, 'option callTimeout is not an option of createGateway, which has heartbeatIntervalMs, '],
  [{ cluster: {} }, 'option cluster is not an option of createGateway'],
  [{ cors: { origin: '*' } }, 'option cors.origin is not an option of a gateway'],
  [{ cors: true }, 'option cors must be an object'],
  [{ flags: { prefx: 'x' } }, 'option flags.prefx is not an option of a gateway'],
  [{ docs: 'off' }, 'docs must be true or false'],
  [{ fallthrough: 1 }, 'fallthrough must be true or false'],
  [{ allowedOrigins: 'https://a.example' }, 'allowedOrigins must be a list of strings'],
  [{ allowedHosts: 'a.example' }, 'allowedHosts must be a list of strings'],
  [{ tls: { certificate: 'x' }, insecure: false }, 'option tls has no certificate'],
  [{ keepalive: { interval: 1 } }, 'option keepalive.interval is not an option of a connection'],
])('createGateway with %o is refused', (options, why) => {
  const all = options === null ? null : { insecure: !('tls' in (options as object)), ...(options as object) };
  expect(() => createGateway('127.0.0.1:1', all as never)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(why) }),
  );
});

it.each<[target: unknown, why: string]>([
  [undefined, 'the server must be an address'],
  [{}, 'the server must be an address'],
  ['localhost', 'must be "host:port"'],
])('createGateway(%o) is refused', (target, why) => {
  expect(() => createGateway(target as never)).toThrow(why);
});

it('a gateway of this process takes a service, and no options of a connection', () => {
  expect(() => createInProcessGateway(undefined as never)).toThrow('that createConfigService has made');
  expect(() => createInProcessGateway(new MemoryStore() as never)).toThrow('that createConfigService has made');
  expect(() => createInProcessGateway(service, { insecure: true } as never)).toThrow(
    'option insecure is not an option of createInProcessGateway',
  );
});
