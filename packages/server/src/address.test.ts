import { describe, expect, it } from 'vitest';
import { formatAddress, isLoopback, parseAddress } from './address.js';

describe('an address', () => {
  it.each(['127.0.0.1:9090', 'localhost:0', 'config.example.com:65535', '[::1]:8080'])('is %s', (text) => {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(text);
  });

  it.each([
    '',
    '9090',
    ':9090',
    'host',
    'host:',
    'host:x',
    'host:65536',
    '::1:80',
    '[host]:80',
    'http://host:80',
    'a b:1',
  ])('is not %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.0.1', false],
    ['127.example.com', false],
  ])('of %s is on the loopback: %s', (host, expected) => {
    expect(isLoopback({ host, port: 1 })).toBe(expected);
  });
});
