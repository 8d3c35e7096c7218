import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Envelopes } from './envelope.js';
import { GossipError } from './gossip-error.js';
import type { GossipMessage } from './message.js';

const plain = new Envelopes();
const fixture = new URL('../test/fixtures/gossip.jsonl', import.meta.url).pathname.replace('/dist/', '/src/');
const recorded = readFileSync(fixture, 'utf8').trim().split('\n');

const raw = (t: unknown, inner: unknown): Uint8Array =>
  Buffer.from(JSON.stringify({ t, p: Buffer.from(JSON.stringify(inner)).toString('base64') }));

it.each(recorded)('reads %s of the original, and writes it the same', (line) => {
  const message = plain.decode(Buffer.from(line)) as GossipMessage;
  expect(Buffer.from(plain.encode(message)).toString()).toBe(line);
});

it('carries a ring, and what a heartbeat of ours tells', () => {
  const state = {
    members: new Map([
      ['b', 'b:1'],
      ['a', 'a:1'],
    ]),
    overrides: new Map([['über', 'a']]),
    epoch: 7,
  };
  expect(plain.decode(plain.encode({ is: 'ring', state }))).toEqual({ is: 'ring', state });
  const heartbeat = {
    is: 'heartbeat',
    from: { id: 'a', addr: 'a:1' },
    ring: { epoch: 7, digest: 4_000_000_000 },
  } as const;
  expect(plain.decode(plain.encode(heartbeat))).toEqual(heartbeat);
  expect(plain.decode(plain.encode(heartbeat, { quiet: true }))).toEqual(heartbeat);
});

it('passes over the types of later versions', () => {
  expect(plain.decode(raw(77, {}))).toBeUndefined();
});

it.each([
  ['not JSON', Buffer.from('{')],
  ['not JSON', Buffer.from('{"t":2,"p":"!!!!"}')],
  ['not a JSON object', Buffer.from('[]')],
  ['without type or payload', Buffer.from('{"t":"2","p":""}')],
  ['without type or payload', Buffer.from('{"t":2}')],
  ['epoch is 9223372036854776000', raw(2, { members: [], epoch: 2 ** 63 })],
  ['epoch is -1', raw(2, { members: [], epoch: -1 })],
  ['epoch is undefined', raw(2, { members: [] })],
  ['members is not a list', raw(2, { members: 'a', epoch: 1 })],
  ['proper id', raw(2, { members: [null], epoch: 1 })],
  ['proper id', raw(2, { members: [], overrides: { a: 7 }, epoch: 1 })],
  ['proper id', raw(1, { id: 'x'.repeat(2_000), addr: '' })],
  ['proper address', raw(1, { id: 'x', addr: 7 })],
  ['1001 members', raw(2, { members: Array(1_001).fill({ id: 'a', addr: '' }), epoch: 1 })],
])('refuses what is malformed: %s', (reason, bytes) => {
  expect(() => plain.decode(bytes)).toThrow(GossipError);
  expect(() => plain.decode(bytes)).toThrow(reason);
});

it('throws nothing else, whatever comes', () => {
  const attempt = (bytes: Uint8Array): void => {
    try {
      plain.decode(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(GossipError);
    }
  };
  fc.assert(fc.property(fc.uint8Array(), attempt));
  fc.assert(fc.property(fc.constantFrom(1, 2, 100), fc.jsonValue(), (t, inner) => attempt(raw(t, inner))));
});

it('with a secret listens only to who has it', () => {
  const ours = new Envelopes(Buffer.from('secret'));
  const message = { is: 'heartbeat', from: { id: 'a', addr: 'a:1' } } as const;
  expect(ours.decode(ours.encode(message))).toEqual(message);
  expect(plain.decode(ours.encode(message))).toEqual(message);
  const forged = [plain.encode(message), new Envelopes(Buffer.from('guess')).encode(message)];
  const changed = Buffer.from(Buffer.from(ours.encode(message)).toString().replace('"t":1', '"t":100'));
  for (const bytes of [...forged, changed]) expect(() => ours.decode(bytes)).toThrow('not authenticated');
});
