import { connect } from 'node:net';
import { allowAll } from '@cfg/service';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, doors, type OpenDoor, openDoor } from './test/doors.js';
import { ask } from './test/http.js';

/* Requests from a grammar, most of which reach a handler, over raw sockets. `CFG_FUZZ=100000` runs more of them. */

const runs = Number(process.env.CFG_FUZZ ?? 600);
/** The short form is the same each time, so that a change is judged by what it changes. */
const seed = process.env.CFG_FUZZ === undefined ? { seed: 20_261_126 } : {};

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b.c', 'app', 'x-1') },
  { weight: 1, arbitrary: fc.constantFrom('%ff', '%', '..', 'a%00', 'ü', '%2e%2e', 'a'.repeat(1_100), "'", '"') },
);
const key = fc
  .array(name, { minLength: 1, maxLength: 3 })
  .chain((parts) => fc.constantFrom(parts.join('/'), parts.join('%2F')));
const target = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(name, key).map(([ns, k]) => `/v1/namespaces/${ns}/keys/${k}`) },
  { weight: 2, arbitrary: fc.tuple(name, key).map(([ns, k]) => `/v1/namespaces/${ns}/keys/${k}/versions`) },
  { weight: 2, arbitrary: fc.tuple(name, key).map(([ns, k]) => `/v1/namespaces/${ns}/keys/${k}/diff`) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(name, fc.constantFrom('keys', 'snapshot', 'access', 'batch', 'restore'))
      .map(([ns, what]) => `/v1/namespaces/${ns}/${what}`),
  },
  { weight: 2, arbitrary: key.map((alias) => `/v1/aliases/${alias}`) },
  { weight: 1, arbitrary: fc.tuple(name, key).map(([ns, k]) => `/v1/namespaces/${ns}/ofrep/v1/evaluate/flags/${k}`) },
  { weight: 1, arbitrary: name.map((ns) => `/v1/namespaces/${ns}/ofrep/v1/evaluate/flags`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/v1/aliases',
      '/v1/namespaces',
      '/v1/codecs',
      '/v1/search',
      '/v1/audit',
      '/openapi.json',
      '/healthz',
      '/readyz',
      '/docs',
    ),
  },
  { weight: 1, arbitrary: fc.webPath() },
);
const number = fc.oneof(
  fc.integer({ min: -2, max: 5 }).map(String),
  fc.constantFrom('', 'x', '1.5', '9007199254740993', '99999999999'),
);
const parameter = fc.oneof(
  fc.tuple(fc.constantFrom('limit', 'version', 'v1', 'v2', 'at_revision', 'ifVersion', 'if_version'), number),
  fc.tuple(fc.constantFrom('raw', 'includeDeleted', 'include_deleted'), fc.constantFrom('', 'true', 'false', 'maybe')),
  fc.tuple(
    fc.constantFrom('prefix', 'cursor', 'codec', 'ttl', 'comment', 'requestId', 'query'),
    fc.oneof(name, fc.constantFrom('60s', 'json', 'yaml', 'client:x')),
  ),
);
const query = fc
  .array(parameter, { maxLength: 3 })
  .map((parameters) =>
    parameters.length === 0 ? '' : `?${parameters.map(([of, value]) => `${of}=${value}`).join('&')}`,
  );
const tag = fc.constantFrom('*', '"1-1"', 'W/"2-3"', '"x"', '"1-1", "2-2"', ',', '"', '');
const header = fc.oneof(
  fc.tuple(fc.constantFrom('if-match', 'if-none-match'), tag),
  fc.tuple(
    fc.constant('content-type'),
    fc.constantFrom(
      'application/json',
      'application/yaml',
      'application/toml',
      'text/plain',
      'image/png',
      ';',
      'text/plain; charset=x',
    ),
  ),
  fc.tuple(
    fc.constant('accept'),
    fc.constantFrom('*/*', 'application/yaml', 'application/json', ';q=', 'text/plain;q=0'),
  ),
  fc.tuple(fc.constant('accept-encoding'), fc.constantFrom('gzip', 'br;q=x', '*', 'zstd', '')),
  fc.tuple(fc.constant('grpc-timeout'), fc.constantFrom('1H', '5S', 'soon', '')),
  fc.tuple(
    fc.constantFrom('x-sig-bin', 'grpc-metadata-x', 'x-request-id', 'cfg-features', 'authorization'),
    fc.constantFrom('AA==', '*', 'a b', 'é'),
  ),
);
const message = fc
  .record(
    {
      value: fc.constantFrom('MQ==', 'eyJhIjoxfQ', '***', 7, null),
      codec: fc.constantFrom('json', 'yaml', 'raw', ''),
      writeMode: fc.constantFrom('WRITE_MODE_CREATE', 'NOPE', 2, 99),
      ifVersion: fc.constantFrom('0', 1, '-1', 1.5),
      target: name,
      operations: fc.array(fc.constantFrom({ set: { key: 'a', value: 'MQ==' } }, { delete: { key: 'a' } }, {}, null), {
        maxLength: 3,
      }),
      version: fc.constantFrom('1', 1, -1),
      dryRun: fc.boolean(),
      context: fc.constantFrom({}, { targetingKey: 'a' }, { targetingKey: 7 }, 'x', null),
    },
    { requiredKeys: [] },
  )
  .map((fields) => JSON.stringify(fields));
const body = fc.oneof(
  { weight: 4, arbitrary: message },
  { weight: 1, arbitrary: fc.constantFrom('', '[', 'null', '"x"', 'a: [', 'x = 1', '{"value":') },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);
const verb = fc.constantFrom('GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS');
const request = fc.record({ verb, target, query, headers: fc.array(header, { maxLength: 3 }), body });

/** Joined, its headers end in a space, which HTTP/2 refuses. */
const emptyTag: Request = {
  verb: 'GET',
  target: '/v1/namespaces/a/keys/a',
  query: '',
  headers: [
    ['if-match', '*'],
    ['if-match', ''],
  ],
  body: '',
};

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never;

function textOf({ verb: method, target: path, query: asked, headers, body: sent }: Request): Buffer {
  const bytes = Buffer.from(['GET', 'HEAD', 'OPTIONS'].includes(method) ? '' : sent);
  const lines = [
    `${method} ${path}${asked} HTTP/1.1`,
    'host: x',
    'connection: close',
    `content-length: ${bytes.length}`,
    ...headers.map(([of, value]) => `${of}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

/** Sends the bytes, and returns all that comes until the other end hangs up. */
function exchange(url: string, bytes: Buffer): Promise<Buffer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

/** The statuses of 500 and more that the service means: a call that it does not serve, and a deadline that has passed. */
const meant = new Set([501, 504]);

describe.each(doors)('any request, %s', (door: Door) => {
  let opened: OpenDoor;
  const faults: object[] = [];

  beforeAll(async () => {
    const log = (fields: object) => void faults.push(fields);
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: log };
    opened = await openDoor(door, { service: { guard: allowAll(), logger }, gateway: { logger } });
    await ask(opened.url, '/v1/namespaces/a/keys/a', { method: 'PUT', body: '1' });
  });

  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
  });

  it('has an answer: a success, or the error object', async () => {
    let reached = 0;
    let done = 0;
    await fc.assert(
      fc.asyncProperty(request, async (made) => {
        const answer = (await exchange(opened.url, textOf(made))).toString();
        const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
        if (status !== 405 && !answer.includes('"Not Found"')) reached += 1;
        if (status === 200) done += 1;
        expect(status < 500 || meant.has(status), answer.slice(0, 300)).toBe(true);
        const text = answer.slice(answer.indexOf('\r\n\r\n') + 4);
        // Node.js answers requests that it cannot read without a body.
        if (status < 400 || made.verb === 'HEAD' || !answer.includes('x-request-id')) return;
        expect(JSON.parse(text)).toMatchObject({
          code: expect.any(Number),
          message: expect.any(String),
          details: expect.any(Array),
        });
      }),
      { numRuns: runs, examples: [[emptyTag]], ...seed },
    );
    expect(faults).toEqual([]);
    expect((await ask(opened.url, '/v1/codecs')).status).toBe(200);
    // More than half have reached an endpoint, and some have done something.
    expect(reached).toBeGreaterThan(runs / 2);
    expect(done).toBeGreaterThan(runs / 20);
  });
});
