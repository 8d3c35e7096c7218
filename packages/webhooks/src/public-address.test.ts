import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { expect, it } from 'vitest';
import { isPublic, publicLookup } from './public-address.js';

it.each(['1.1.1.1', '203.0.114.1', '8.8.8.8', '2606:4700::1111', '2a00:1450::1'])('%s is public', (address) => {
  expect(isPublic(address)).toBe(true);
});

it.each([
  ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '127.0.0.1', '127.255.0.1', '0.0.0.0', '0.1.2.3', '100.64.0.1'],
  ...['169.254.169.254', '192.0.0.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1'],
  ...[
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '3fff::1',
  ],
  ...['', 'localhost', '1.1.1'],
])('%s is not', (address) => {
  expect(isPublic(address)).toBe(false);
});

it('a lookup finds public addresses only, and what it finds is what is connected to', async () => {
  const found = [
    { address: '10.0.0.1', family: 4 },
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1111', family: 6 },
  ];
  let looks = 0;
  const lookup = publicLookup(((_hostname, _options, done) => {
    looks += 1;
    done(null, found as never);
  }) as LookupFunction);
  const all = await new Promise<unknown>((resolve) => {
    lookup('x', { all: true }, (_error, addresses) => resolve(addresses as LookupAddress[]));
  });
  expect(all).toEqual(found.slice(1));
  const one = await new Promise((resolve) => {
    lookup('x', {}, (_error, address, family) => resolve([address, family]));
  });
  expect(one).toEqual(['8.8.8.8', 4]);
  expect(looks).toBe(2);
});
