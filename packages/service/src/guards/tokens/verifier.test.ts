import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { hmacVerifier, publicKeyVerifier, type TokenVerifier } from './verifier.js';

const secret = 'a secret that is long enough for every hash, which is 64 bytes long';
const secretBytes = new TextEncoder().encode(secret);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pairs = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

const sign = (alg: string, key: KeyObject | Uint8Array, claims: Record<string, unknown> = { sub: 'ann' }) =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(key);

/** A token that nobody signed. */
function unsigned(claims: object, header: object = { alg: 'HS256' }): string {
  const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${base64(header)}.${base64(claims)}.c2lnbmF0dXJl`;
}

const message = async (verifier: TokenVerifier, token: string): Promise<string> => {
  try {
    await verifier.verify(token);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return expect.fail('verified');
};

describe('a verifier by a secret', () => {
  it.each(['HS256', 'HS384', 'HS512'])('verifies %s', async (alg) => {
    expect(await hmacVerifier(secret).verify(await sign(alg, secretBytes))).toEqual({ sub: 'ann' });
    expect(await hmacVerifier(secretBytes).verify(await sign(alg, secretBytes))).toEqual({ sub: 'ann' });
    const other = hmacVerifier('another');
    expect(await message(other, await sign(alg, secretBytes))).toBe(
      'unauthenticated: the token is not signed by a known key',
    );
  });

  it('refuses no secret at all', () => {
    expect(() => hmacVerifier('')).toThrow('secret must not be empty');
  });
});

describe('a verifier by a public key', () => {
  it.each(Object.entries(pairs))('verifies %s', async (alg, { publicKey, privateKey }) => {
    const token = await sign(alg, privateKey);
    const forms = [publicKey, publicKey.export({ format: 'jwk' }), publicKey.export({ format: 'pem', type: 'spki' })];
    for (const form of forms) expect(await publicKeyVerifier(form as KeyObject).verify(token)).toEqual({ sub: 'ann' });
    const [header, payload, signature = ''] = token.split('.');
    const tampered = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect(await message(publicKeyVerifier(publicKey), tampered)).toContain('not signed by a known key');
  });

  it('refuses what is no public key', () => {
    expect(() => publicKeyVerifier('nonsense')).toThrow('key must be a public key');
    expect(() => publicKeyVerifier(rsa.privateKey)).toThrow('key must be a public key');
    expect(() => publicKeyVerifier(generateKeyPairSync('x25519').publicKey)).toThrow(
      'no token is signed by a key of type',
    );
  });
});

describe('every verifier', () => {
  const verifiers = [hmacVerifier(secret), publicKeyVerifier(rsa.publicKey), publicKeyVerifier(pairs.ES256.publicKey)];
  const rejected = "unauthenticated: the token's algorithm is not accepted";

  it('refuses tokens that nobody signed', async () => {
    const [header, payload] = unsigned({ sub: 'root' }, { alg: 'none' }).split('.');
    for (const verifier of verifiers) {
      expect(await message(verifier, `${header}.${payload}.`)).toBe(rejected);
      expect(await message(verifier, unsigned({ sub: 'root' }, { alg: 'None' }))).toBe(rejected);
    }
  });

  it('never takes a public key for a secret', async () => {
    const spki = rsa.publicKey.export({ format: 'pem', type: 'spki' }) as string;
    const [header, payload] = unsigned({ sub: 'root' }).split('.');
    const signature = createHmac('sha256', spki).update(`${header}.${payload}`).digest('base64url');
    expect(await message(publicKeyVerifier(spki), `${header}.${payload}.${signature}`)).toBe(rejected);
    expect(await message(hmacVerifier(secret), await sign('RS256', rsa.privateKey))).toBe(rejected);
    expect(await message(publicKeyVerifier(pairs.ES384.publicKey), await sign('ES256', pairs.ES256.privateKey))).toBe(
      rejected,
    );
  });

  it('refuses what is no token', async () => {
    const refused = 'unauthenticated: the credential is not a token that can be verified';
    for (const text of ['opaque', 'a.b.c', '..', 'a.b.c.d.e', `${'x'.repeat(10_000)}.y.z`]) {
      for (const verifier of verifiers) expect(await message(verifier, text)).toBe(refused);
    }
  });

  it('heeds the times, and how far clocks may be apart', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const token = (claims: Record<string, unknown>) => sign('HS256', secretBytes, { sub: 'ann', ...claims });
    const strict = hmacVerifier(secret);
    const lenient = hmacVerifier(secret, { clockToleranceMs: 60_000 });
    expect(await message(strict, await token({ exp: now - 30 }))).toBe('unauthenticated: the token has expired');
    expect(await message(strict, await token({ nbf: now + 30 }))).toBe('unauthenticated: the token is not valid yet');
    expect(await lenient.verify(await token({ exp: now - 30, nbf: now + 30 }))).toMatchObject({ sub: 'ann' });
    expect(await message(lenient, await token({ exp: now - 90 }))).toContain('expired');
  });

  it('wants the issuer and the audience that it is told', async () => {
    const token = (claims: Record<string, unknown>) => sign('HS256', secretBytes, claims);
    const verifier = hmacVerifier(secret, { issuer: 'https://id', audience: ['cfg', 'cfg-admin'] });
    expect(await verifier.verify(await token({ iss: 'https://id', aud: ['x', 'cfg'] }))).toMatchObject({
      iss: 'https://id',
    });
    const refused = (claim: string) => `unauthenticated: the token's claim ${claim} is not accepted`;
    expect(await message(verifier, await token({ iss: 'https://evil', aud: 'cfg' }))).toBe(refused('iss'));
    expect(await message(verifier, await token({ aud: 'cfg' }))).toBe(refused('iss'));
    expect(await message(verifier, await token({ iss: 'https://id', aud: 'x' }))).toBe(refused('aud'));
    expect(await message(verifier, await token({ iss: 'https://id' }))).toBe(refused('aud'));
  });

  it('knows a token again, no longer than it is told and the token is good', async () => {
    const token = await sign('HS256', secretBytes);
    const verifier = hmacVerifier(secret);
    expect(await verifier.verify(token)).toEqual({ sub: 'ann' });
    expect(verifier.verify(token)).toEqual({ sub: 'ann' });
    const forgetful = hmacVerifier(secret, { trustMs: 0 });
    await forgetful.verify(token);
    expect(forgetful.verify(token)).toBeInstanceOf(Promise);
    const expired = await sign('HS256', secretBytes, { sub: 'ann', exp: Math.floor(Date.now() / 1_000) - 30 });
    const lenient = hmacVerifier(secret, { clockToleranceMs: 60_000 });
    await lenient.verify(expired);
    expect(lenient.verify(expired)).toBeInstanceOf(Promise);
    expect(await message(verifier, `${token}x`)).toContain('unauthenticated');
    expect(await message(verifier, 'x'.repeat(20_000))).toBe('unauthenticated: the token is too long');
  });

  it('takes the algorithms that it is told, if they fit its key', async () => {
    const verifier = hmacVerifier(secret, { algorithms: ['HS512'] });
    expect(await verifier.verify(await sign('HS512', secretBytes))).toEqual({ sub: 'ann' });
    expect(await message(verifier, await sign('HS256', secretBytes))).toBe(rejected);
    expect(() => publicKeyVerifier(rsa.publicKey, { algorithms: ['HS256'] })).toThrow(
      'algorithms must be some of RS256',
    );
    expect(() => hmacVerifier(secret, { algorithms: ['none'] })).toThrow('not none');
    expect(() => hmacVerifier(secret, { algorithms: [] })).toThrow('algorithms must be some of');
    expect(() => hmacVerifier(secret, { clockToleranceMs: -1 })).toThrow('clockToleranceMs');
  });
});
