import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { jwksVerifier, publicKeyVerifier } from './index.js';
import { pem } from './test/fixtures.js';
import { serveWeb } from './test/web.js';

interface Signer {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

const signer = (kid: string): Signer => ({
  kid,
  privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
});
const jwks = (...signers: Signer[]): string =>
  JSON.stringify({
    keys: signers.map(({ kid, privateKey }) => ({
      ...createPublicKey(privateKey).export({ format: 'jwk' }),
      ...(kid !== '' && { kid }),
    })),
  });
const token = ({ kid, privateKey }: Signer): Promise<string> =>
  new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'ES256', ...(kid !== '' && { kid }) }).sign(privateKey);

describe('a verifier by a key set', () => {
  it('refuses no request while the issuer changes its keys, and asks it once per cool-down', async () => {
    const signers = [signer('0')];
    await using web = await serveWeb(() => ({ body: jwks(...signers.slice(-2)) }));
    const cooldownMs = 50;
    const verifier = jwksVerifier(web.url, { cooldownMs });
    const began = performance.now();
    let verified = 0;
    // Tokens are signed by the newest key from the moment on that it is published.
    const client = async (): Promise<void> => {
      while (signers.length < 12) {
        const newest = signers.at(-1) ?? expect.fail();
        expect(await verifier.verify(await token(newest))).toEqual({ sub: 'ann' });
        verified += 1;
      }
    };
    const rotation = async (): Promise<void> => {
      while (signers.length < 12) {
        const before = verified;
        while (verified < before + 50) await new Promise(setImmediate);
        signers.push(signer(String(signers.length)));
      }
    };
    await Promise.all([rotation(), ...Array.from({ length: 8 }, client)]);
    const elapsedMs = performance.now() - began;
    expect(verified).toBeGreaterThan(500);
    expect(web.requests.length).toBeGreaterThan(1);
    expect(web.requests.length).toBeLessThanOrEqual(elapsedMs / cooldownMs + 1);
    await verifier.close?.();
  });

  it('tries all keys for a token that names none', async () => {
    const [a, b, stranger] = [signer(''), signer(''), signer('')];
    await using web = await serveWeb(() => ({ body: jwks(a, b) }));
    const verifier = jwksVerifier(web.url, { cooldownMs: 1 });
    expect(await verifier.verify(await token(b))).toEqual({ sub: 'ann' });
    await expect(verifier.verify(await token(stranger))).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'the token is not signed by a known key',
    });
    await verifier.close?.();
  });

  it('never takes a secret from the set', async () => {
    const k = Buffer.from('published to everybody, so no secret').toString('base64url');
    await using web = await serveWeb(() => ({ body: JSON.stringify({ keys: [{ kty: 'oct', k, kid: 'x' }] }) }));
    const verifier = jwksVerifier(web.url, { cooldownMs: 1 });
    const forged = await new SignJWT({ sub: 'root' })
      .setProtectedHeader({ alg: 'HS256', kid: 'x' })
      .sign(Buffer.from(k, 'base64url'));
    await expect(verifier.verify(forged)).rejects.toMatchObject({ message: "the token's algorithm is not accepted" });
    await verifier.close?.();
  });

  it('trusts the authority that it is told, and tells nobody where the keys are', async () => {
    const one = signer('one');
    const tls = { cert: pem('server'), key: pem('server.key') };
    await using web = await serveWeb(() => ({ body: jwks(one) }), tls);
    const logged: object[] = [];
    const warn = (fields: object) => void logged.push(fields);
    const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
    const strict = jwksVerifier(web.url, { logger });
    const refused = strict.verify(await token(one));
    await expect(refused).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('127.0.0.1'),
    });
    expect(logged).toHaveLength(1);
    const trusting = jwksVerifier(web.url, { tls: { ca: pem('ca') } });
    expect(await trusting.verify(await token(one))).toEqual({ sub: 'ann' });
    await strict.close?.();
    await trusting.close?.();
  });

  it.each([
    ['an answer that is none', { body: 'busy' }],
    ['an error', { status: 500, body: jwks() }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
    ['an endless answer', { body: Buffer.alloc(2 * 1024 * 1024, ' ') }],
  ])('is unavailable at %s', async (_, reply) => {
    await using web = await serveWeb(() => reply);
    const verifier = jwksVerifier(web.url);
    await expect(verifier.verify(await token(signer('x')))).rejects.toMatchObject({ code: 'unavailable' });
    await verifier.close?.();
  });

  it('refuses options that cannot be', () => {
    expect(() => jwksVerifier('file:///etc/passwd')).toThrow('must have https or http');
    expect(() => jwksVerifier('nonsense')).toThrow('must have https or http');
    expect(() => jwksVerifier('https://id.example.com', { cooldownMs: 0 })).toThrow('cooldownMs');
    expect(() => jwksVerifier('https://id.example.com', { algorithms: ['HS256'] })).toThrow('algorithms');
  });
});

describe('a verifier by a public key', () => {
  it('takes a certificate', async () => {
    const server = pem('server.key');
    const key = createPrivateKey(server);
    const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
    const token = await new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg }).sign(key);
    expect(await publicKeyVerifier(pem('server')).verify(token)).toEqual({ sub: 'ann' });
  });
});
