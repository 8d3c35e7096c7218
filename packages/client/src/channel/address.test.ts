import { expect, it } from 'vitest';
import { checkAddress } from './address.js';

it.each([
  ...['localhost:9090', '127.0.0.1:1', '[::1]:65535', 'config.internal:9090', 'dns:host:1', 'dns:///host:1'],
  ...[
    'dns://1.1.1.1/host:1',
    'ipv4:127.0.0.1:1,127.0.0.2:2',
    'ipv6:[::1]:1',
    'unix:/run/cfg.sock',
    'unix:///run/cfg.sock',
  ],
  ...['http://host', 'http://host:80'],
])('%s is an address', (address) => {
  expect(() => checkAddress(address, true)).not.toThrow();
});

it.each([
  ...['localhost', ':9090', 'host:', 'host:abc', '', ' ', 'a b:1', '::1:9090', 'host:9090/', 'host:9090/path'],
  ...[
    'user@host:9090',
    'ftp://host:1',
    'dns:///',
    'dns:///host',
    'ipv4:1.2.3',
    'unix:',
    'xds:///x',
    'http://',
    'http://host/x',
  ],
  ...['localhost:99999', 'localhost:0', 'dns:///host:99999', 'http://host:0', 'ipv4:1.2.3.4:1,1.2.3.4:99999'],
  ...[undefined, null, 7, {}],
])('%o is none, and is refused before anything is tried', (address) => {
  expect(() => checkAddress(address, true)).toThrowError(expect.objectContaining({ code: 'invalid_argument' }));
});

it('must agree with the options about TLS', () => {
  expect(() => checkAddress('http://host:1', false)).toThrow('say so with insecure: true');
  expect(() => checkAddress('https://host:1', true)).toThrow('contradicts insecure: true');
  expect(() => checkAddress('https://host', false)).not.toThrow();
});
