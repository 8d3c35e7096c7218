import { gunzipSync, gzipSync } from 'node:zlib';
import { compressionAlgorithms } from '@grpc/grpc-js';
import { createChannel, createClient } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { FrameType } from './http2/protocol.js';
import { NotesDefinition } from './test/definitions.js';
import { data, type Frame, message, requestFields } from './test/frames.js';
import { RawClient } from './test/raw-client.js';
import { Running } from './test/running.js';

const note = (text: string): Buffer => Buffer.from(JSON.stringify({ text }));
const isData = ({ type }: Frame): boolean => type === FrameType.data;
const isEnd = ({ type, flags }: Frame): boolean => type === FrameType.headers && (flags & 1) === 1;

describe('a request', () => {
  const ask = async (running: Running, fields: string[], ...pieces: Buffer[]): Promise<Record<string, string>> => {
    const { HpackDecoder } = await import('./hpack/decoder.js');
    const decoder = new HpackDecoder({ tableBytes: 4096, listBytes: 100_000 });
    using client = await RawClient.connect(running.port);
    client.send(client.headers.frame(1, fields, pieces.length === 0));
    for (const [index, piece] of pieces.entries()) client.send(data(1, piece, index === pieces.length - 1));
    const all: Record<string, string> = {};
    await client.next((one) => {
      if (one.type === FrameType.headers) {
        Object.assign(all, Object.fromEntries(decoder.decode(one.payload, 0, one.payload.length).fields ?? []));
      }
      return (one.flags & 1) === 1 && one.type <= FrameType.headers;
    });
    return all;
  };
  const one = requestFields('/test.Notes/One');
  const body = message(note('a'));

  it.each<[string, string[], Buffer[], Record<string, string>]>([
    ['in one piece', one, [body], { 'grpc-status': '0' }],
    [
      'in pieces',
      one,
      [body.subarray(0, 3), body.subarray(3, 7), body.subarray(7), Buffer.alloc(0)],
      { 'grpc-status': '0' },
    ],
    ['without a message', one, [], { 'grpc-status': '12' }],
    ['of two messages', one, [body, body], { 'grpc-status': '12' }],
    ['of two messages at once', one, [Buffer.concat([body, body])], { 'grpc-status': '12' }],
    ['that ends within a message', one, [body.subarray(0, 9)], { 'grpc-status': '13' }],
    ['with an unknown flag', one, [message(note('a'), 4)], { 'grpc-status': '13' }],
    ['compressed, and not saying how', one, [message(gzipSync(note('a')), 1)], { 'grpc-status': '13' }],
    [
      'compressed with gzip',
      [...one, 'grpc-encoding', 'gzip'],
      [message(gzipSync(note('a')), 1)],
      { 'grpc-status': '0' },
    ],
    ['that is no gzip', [...one, 'grpc-encoding', 'gzip'], [message(note('a'), 1)], { 'grpc-status': '13' }],
    [
      'compressed with something else',
      [...one, 'grpc-encoding', 'snappy'],
      [body],
      { 'grpc-status': '12', 'grpc-accept-encoding': 'identity,deflate,gzip' },
    ],
    ['of a method that is not there', requestFields('/test.Notes/None'), [body], { 'grpc-status': '12' }],
    ['with a malformed timeout', [...one, 'grpc-timeout', 'soon'], [body], { 'grpc-status': '13' }],
    [
      'with a content type of its own',
      [...one.filter((_, i) => i < 6), 'content-type', 'application/grpc+json'],
      [body],
      { 'grpc-status': '0' },
    ],
    ['that is a GET', [':method', 'GET', ...one.slice(2)], [], { ':status': '405', allow: 'POST' }],
    ['that is not gRPC', [...one.slice(0, 6), 'content-type', 'application/json'], [body], { ':status': '415' }],
  ])('%s', async (_what, fields, pieces, expected) => {
    await using running = await Running.start();
    expect(await ask(running, fields, ...pieces)).toMatchObject(expected);
  });

  it('that is no gzip harms nobody, though its caller has left before that was seen', async () => {
    await using running = await Running.start();
    for (const path of ['/test.Notes/One', '/test.Notes/Chat']) {
      using client = await RawClient.connect(running.port);
      const head = client.headers.frame(1, requestFields(path, 'grpc-encoding', 'gzip'));
      // Two messages to a method that takes one: refused while the first is being decompressed.
      client.send(head, data(1, Buffer.concat([message(note('a'), 1), message(note('b'), 1)]), false));
      await client.next(isEnd);
    }
    expect(await running.client.one({ text: 'well' })).toEqual({ text: 'well' });
  });

  it('that is a bomb is not unpacked', async () => {
    await using running = await Running.start({}, { maxReceiveMessageBytes: 100_000 });
    const bomb = message(gzipSync(Buffer.alloc(10_000_000)), 1);
    expect(await ask(running, [...one, 'grpc-encoding', 'gzip'], bomb)).toMatchObject({ 'grpc-status': '8' });
    expect(running.server.metrics().limits).toEqual({ receivedMessage: 1 });
  });

  it('with too many headers is told so', async () => {
    await using running = await Running.start();
    expect(await ask(running, [...one, 'x-large', 'y'.repeat(16_300)], body)).toMatchObject({
      'grpc-status': '8',
      'grpc-message': 'request headers larger than 16384 bytes',
    });
  });
});

describe('compression', () => {
  const text = 'note '.repeat(1_000);
  const answerTo = async (running: Running, ...more: string[]): Promise<{ flag: number; payload: Buffer }> => {
    using client = await RawClient.connect(running.port);
    client.send(client.headers.frame(1, requestFields('/test.Notes/One', ...more)), data(1, message(note(text))));
    const parts: Buffer[] = [];
    await client.next((frame) => {
      if (isData(frame)) parts.push(frame.payload);
      return isEnd(frame);
    });
    const whole = Buffer.concat(parts);
    return { flag: whole.readUInt8(0), payload: whole.subarray(5) };
  };

  it('mirrors what the caller does', async () => {
    await using running = await Running.start();
    const accepting = ['grpc-accept-encoding', 'identity,gzip'];
    expect((await answerTo(running, ...accepting)).flag).toBe(0);
    const { flag, payload } = await answerTo(running, ...accepting, 'grpc-encoding', 'gzip');
    expect([flag, gunzipSync(payload).toString()]).toEqual([1, note(text).toString()]);
  });

  it('is done for all who take it, or for none, if so wanted', async () => {
    await using accepted = await Running.start({}, { compression: 'accepted' });
    expect((await answerTo(accepted, 'grpc-accept-encoding', 'identity,gzip')).flag).toBe(1);
    expect((await answerTo(accepted)).flag).toBe(0);
    await using never = await Running.start({}, { compression: 'never' });
    expect((await answerTo(never, 'grpc-encoding', 'gzip')).flag).toBe(0);
  });

  it('keeps the order of a stream, both ways, with a client that compresses', async () => {
    await using running = await Running.start();
    const channel = createChannel(`127.0.0.1:${running.port}`, undefined, {
      'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
    });
    const client = createClient(NotesDefinition, channel);
    const texts = Array.from({ length: 50 }, (_, i) => `${i} `.repeat(i % 3 === 0 ? 2_000 : 1));
    const send = async function* () {
      for (const each of texts) yield { text: each };
    };
    const answers: string[] = [];
    for await (const answer of client.chat(send())) answers.push(answer.text);
    expect(answers).toEqual(texts.map((each) => `re: ${each}`));
    channel.close();
  });
});
