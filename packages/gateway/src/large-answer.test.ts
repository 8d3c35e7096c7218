import { once } from 'node:events';
import { connect } from 'node:net';
import { ListAuditResponse, ListResponse, type MessageName, SnapshotResponse, toJsonString } from '@cfg/proto';
import { describe, expect, it, vi } from 'vitest';
import { largeAnswer } from './large-answer.js';
import { doors, openDoor } from './test/doors.js';
import { ask } from './test/http.js';

const value = Buffer.alloc(60_000, 'x');
const entries = Array.from({ length: 7 }, (_, at) => ({ namespace: 'n', key: `k"${at}`, value, version: at }));

describe('a large answer', () => {
  it.each<[MessageName, object]>([
    ['config.v1.ListResponse', ListResponse.fromPartial({ entries, nextCursor: 'c', revision: 7, logId: 'l' })],
    ['config.v1.SnapshotResponse', SnapshotResponse.fromPartial({ entries, etag: 'e', revision: 7 })],
    ['config.v1.GetVersionsResponse', { entries: ListResponse.fromPartial({ entries }).entries, nextCursor: '' }],
    ['config.v1.ListAuditResponse', ListAuditResponse.fromPartial({ records: entries, nextCursor: 'c' })],
  ])('has the same text in pieces: %s', (type, message) => {
    const pieces = [...(largeAnswer(type, message)?.pieces ?? [])];
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000);
    expect(pieces.join('')).toBe(toJsonString(type, message as never));
  });

  it('is one with large values', () => {
    const small = ListResponse.fromPartial({ entries: entries.slice(0, 2) });
    expect(largeAnswer('config.v1.ListResponse', small)).toBeUndefined();
    expect(largeAnswer('config.v1.BatchResponse', { results: entries })).toBeUndefined();
  });

  it.each(doors)('comes whole, also compressed, and does not outlive its caller: %s', async (door) => {
    await using opened = await openDoor(door);
    for (const { namespace } of entries) {
      for (let at = 0; at < 8; at += 1) {
        await opened.store.set(namespace, `k${at}`, { bytes: value, codec: 'raw', type: 'custom' });
      }
    }
    const path = '/v1/namespaces/n/keys';
    const { status, json, headers } = await ask(opened.url, path);
    expect([status, headers['transfer-encoding'], headers.vary]).toEqual([200, 'chunked', 'Accept-Encoding']);
    expect((json as { entries: { value: string }[] }).entries.map((entry) => entry.value)).toEqual(
      Array(8).fill(value.toString('base64')),
    );
    const zipped = await fetch(opened.url + path, { headers: { 'accept-encoding': 'gzip', connection: 'close' } });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(((await zipped.json()) as { entries: unknown[] }).entries).toHaveLength(8);
    const { hostname, port } = new URL(opened.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    await once(socket, 'readable');
    socket.destroy();
    await vi.waitFor(async () => {
      const connections = await new Promise((resolve) => opened.http.getConnections((_, count) => resolve(count)));
      expect(connections).toBe(0);
    });
  });
});
