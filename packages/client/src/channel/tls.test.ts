import { X509Certificate } from 'node:crypto';
import { type AddressInfo, connect as connectTcp, createServer } from 'node:net';
import { ServerCredentials } from '@grpc/grpc-js';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectCode } from '../test/expect-code.js';
import { harness } from '../test/harness.js';
import { openChannel } from './open-channel.js';

const { server, store } = harness();

interface Made {
  readonly pem: string;
  readonly fingerprint: string;
  readonly tls: ServerCredentials;
}

const hourMs = 3_600_000;

/** A certificate that nobody vouches for, valid for so many hours from now. */
async function certificate(names: object[], from = -1, to = 1): Promise<Made> {
  const made = await generate([{ name: 'commonName', value: 'test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + from * hourMs),
    notAfterDate: new Date(Date.now() + to * hourMs),
    extensions: [{ name: 'subjectAltName', altNames: names as never }],
  });
  const pair = { cert_chain: Buffer.from(made.cert), private_key: Buffer.from(made.private) };
  const { fingerprint256 } = new X509Certificate(made.cert);
  return { pem: made.cert, fingerprint: fingerprint256, tls: ServerCredentials.createSsl(null, [pair]) };
}

const ip = (address: string): object => ({ type: 7, ip: address });
const dns = (value: string): object => ({ type: 2, value });

describe('a server that is addressed by an IP address', () => {
  it('is known by a certificate for the address, and Node.js has nothing to warn of', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { pem, tls } = await certificate([dns('elsewhere'), ip('127.0.0.1')]);
    const { address } = await server({ tls });
    await store(address, { tls: { ca: pem } }).connect();
    // Warnings come in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });

  it.each([
    ['another address', [ip('127.0.0.2')]],
    ['a name', [dns('localhost')]],
    ['the address as a name', [dns('127.0.0.1')]],
  ])('is refused with a certificate for %s', async (_what, names) => {
    const { pem, tls } = await certificate(names);
    const { address } = await server({ tls });
    const error = await expectCode(
      store(address, { tls: { ca: pem }, connectTimeoutMs: 300 }).connect(),
      'unavailable',
    );
    expect(error.message).toContain('127.0.0.1');
  });

  it('is sent no name, as one with a name is', async () => {
    const hellos: Buffer[] = [];
    const { pem, tls } = await certificate([dns('localhost'), ip('127.0.0.1')]);
    const { port } = await server({ tls });
    const front = createServer((near) => {
      const far = connectTcp(port, '127.0.0.1');
      near.once('data', (hello) => hellos.push(hello));
      near
        .on('error', () => {})
        .pipe(far.on('error', () => {}))
        .pipe(near);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void front.close());
    const { port: frontPort } = front.address() as AddressInfo;
    for (const host of ['127.0.0.1', 'localhost']) await store(`${host}:${frontPort}`, { tls: { ca: pem } }).connect();
    expect(hellos.map((hello) => /127\.0\.0\.1|localhost/.exec(hello.toString('latin1'))?.[0])).toEqual([
      undefined,
      'localhost',
    ]);
  });
});

describe('a fingerprint', () => {
  it('is trusted, whoever vouches for it and whatever names it has, as it is written anywhere', async () => {
    const { fingerprint, tls } = await certificate([dns('elsewhere')]);
    const { port } = await server({ tls });
    const forms = [fingerprint, fingerprint.toLowerCase(), fingerprint.replaceAll(':', '')];
    for (const fingerprint256 of forms) await store(`127.0.0.1:${port}`, { tls: { fingerprint256 } }).connect();
    await store(`localhost:${port}`, { tls: { fingerprint256: fingerprint } }).connect();
  });

  it('of another certificate is refused, and which one the server has is told', async () => {
    const [shown, other] = [await certificate([ip('127.0.0.1')]), await certificate([ip('127.0.0.1')])];
    const { address, calls } = await server({ tls: shown.tls });
    const wrong = store(address, { tls: { fingerprint256: other.fingerprint }, connectTimeoutMs: 300 });
    const error = await expectCode(wrong.connect(), 'unavailable');
    expect(error.message).toContain(`its fingerprint is ${shown.fingerprint}`);
    expect(calls).toEqual([]);
  });

  it.each([
    ['has expired', -2, -1],
    ['is not valid before', 1, 2],
  ])('does not help a certificate that %s', async (why, from, to) => {
    const { fingerprint, tls } = await certificate([ip('127.0.0.1')], from, to);
    const { address } = await server({ tls });
    const late = store(address, { tls: { fingerprint256: fingerprint }, connectTimeoutMs: 300 });
    expect((await expectCode(late.connect(), 'unavailable')).message).toContain(why);
  });

  it.each([
    [{ fingerprint256: 'AB:CD' }, '64 hexadecimal digits'],
    [{ fingerprint256: 'g'.repeat(64) }, '64 hexadecimal digits'],
    [{ fingerprint256: `${'ab:'.repeat(31)}a` }, '64 hexadecimal digits'],
    [{ fingerprint256: 7 }, '64 hexadecimal digits'],
    [{ fingerprint256: 'a'.repeat(64), ca: 'x' }, 'either says whom to trust'],
    [{ fingerprint: 'a'.repeat(64) }, 'option tls has no fingerprint'],
    ['ca.pem', 'option tls must be an object'],
    [null, 'option tls must be an object'],
  ])('that cannot be meant, %o, is refused before anything is tried', (tls, why) => {
    expect(() => openChannel('localhost:1', { tls: tls as never })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(why) }),
    );
  });
});
