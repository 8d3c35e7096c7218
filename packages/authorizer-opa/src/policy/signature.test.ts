import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import { unpackBundle } from './files.js';
import { type BundleKey, checkSignature } from './signature.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url));
const key = fixture('signed.pub.pem').toString();
const files = async (): Promise<Map<string, Uint8Array<ArrayBuffer>>> =>
  new Map(await unpackBundle(fixture('signed.tar.gz'), 1 << 24));
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

describe('the signature of a bundle', () => {
  it('that opa made is good', async () => {
    await checkSignature(await files(), [{ key }]);
    await checkSignature(await files(), [{ key, id: 'default', algorithm: 'RS256' }]);
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' });
    await checkSignature(await files(), [{ key: String(other) }, { key }]);
  });

  it.each<[string, (files: Map<string, Uint8Array<ArrayBuffer>>) => unknown, string]>([
    ['a changed module', (all) => all.set('policy.wasm', bytes('\0asm')), 'policy.wasm is not what was signed'],
    ['changed data', (all) => all.set('data.json', bytes('{"x":1}')), 'data.json is not what was signed'],
    [
      'a changed manifest',
      (all) => all.set('.manifest', bytes('{"revision":"2"}')),
      '.manifest is not what was signed',
    ],
    ['data that cannot be read', (all) => all.set('data.json', bytes('{')), 'data.json is not what was signed'],
    ['a file more', (all) => all.set('extra.rego', bytes('package x')), 'extra.rego is not signed'],
    ['a file less', (all) => all.delete('data.json'), 'lacks data.json, which is signed'],
    ['no signature', (all) => all.delete('.signatures.json'), 'the bundle is not signed'],
    ['a damaged one', (all) => all.set('.signatures.json', bytes('{}')), 'must hold exactly one signature'],
    ['none that can be read', (all) => all.set('.signatures.json', bytes('{"signatures":["x"]}')), 'is damaged'],
  ])('is missed at %s', async (_, change, message) => {
    const all = await files();
    change(all);
    await expect(checkSignature(all, [{ key }])).rejects.toThrow(message);
  });

  it('does not mind how a document is written', async () => {
    const all = await files();
    const pretty = JSON.stringify(JSON.parse(Buffer.from(all.get('.manifest') ?? []).toString()), undefined, 2);
    await checkSignature(all.set('.manifest', bytes(pretty)), [{ key }]);
  });

  it('is that of a known key, for the right scope', async () => {
    const unknown = 'not signed by a known key';
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
      format: 'pem',
      type: 'spki',
    });
    await expect(checkSignature(await files(), [{ key: String(stranger) }])).rejects.toThrow(unknown);
    await expect(checkSignature(await files(), [{ key, id: 'another' }])).rejects.toThrow(unknown);
    await expect(checkSignature(await files(), [{ key, algorithm: 'PS256' }])).rejects.toThrow(unknown);
    // The public key, which everybody knows, is no secret.
    await expect(checkSignature(await files(), [{ key, algorithm: 'HS256' }])).rejects.toThrow(unknown);
    await expect(checkSignature(await files(), [{ key, scope: 'write' }])).rejects.toThrow('signed for the scope ""');
  });

  it.each(['ES256', 'ES384', 'PS512', 'HS256', 'EdDSA'])('may be by %s', async (algorithm) => {
    const secret = 'a secret that is long enough for any of the hashes, 64 bytes or more';
    const curve = { ES256: 'P-256', ES384: 'P-384' }[algorithm];
    const pair =
      curve !== undefined
        ? generateKeyPairSync('ec', { namedCurve: curve })
        : algorithm === 'EdDSA'
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('rsa', { modulusLength: 2048 });
    const body = bytes('package a');
    const hash = createHash('sha512').update(body).digest('hex');
    const payload = JSON.stringify({ files: [{ name: 'a.rego', hash, algorithm: 'SHA-512' }], scope: 'read' });
    const token = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: algorithm })
      .sign(algorithm === 'HS256' ? new TextEncoder().encode(secret) : pair.privateKey);
    const signed = new Map([
      ['a.rego', body],
      ['.signatures.json', bytes(JSON.stringify({ signatures: [token] }))],
    ]);
    const pem = String(pair.publicKey.export({ format: 'pem', type: 'spki' }));
    const known: BundleKey = { key: algorithm === 'HS256' ? secret : pem, algorithm, scope: 'read' };
    await checkSignature(signed, [known]);
    await expect(checkSignature(signed, [{ ...known, scope: undefined }])).rejects.toThrow('scope "read"');
  });

  it('refuses hashes that can be forged', async () => {
    const secret = 'x'.repeat(32);
    const body = bytes('package a');
    const hash = createHash('sha1').update(body).digest('hex');
    const payload = JSON.stringify({ files: [{ name: 'a.rego', hash, algorithm: 'SHA-1' }] });
    const token = await new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
    const signed = new Map([
      ['a.rego', body],
      ['.signatures.json', bytes(JSON.stringify({ signatures: [token] }))],
    ]);
    await expect(checkSignature(signed, [{ key: secret, algorithm: 'HS256' }])).rejects.toThrow('hash SHA-1');
  });
});
