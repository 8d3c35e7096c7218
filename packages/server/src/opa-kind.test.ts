import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { isCompilerThere } from '@cfg/rego';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { ServerOptions } from './options.js';
import { startServer } from './server.js';
import { anyPorts as anyPortFlags, Program } from './test/program.js';

const anyPorts = { grpc: '127.0.0.1:0', http: '127.0.0.1:0' };
const policy = (name: string): string =>
  fileURLToPath(new URL(`../../authorizer-opa/policies/${name}`, import.meta.url));
const pem = (name: string): string => fileURLToPath(new URL(`test/tls/${name}.pem`, import.meta.url));

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = (claims: object): string => `${base64({ alg: 'HS256' })}.${base64(claims)}.x`;

/** The status of a write to production, or to another namespace. */
async function write(address: string, token: string, namespace = 'production'): Promise<number> {
  const reply = await fetch(`http://${address}/v1/namespaces/${namespace}/keys/a`, {
    method: 'POST',
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify({ value: Buffer.from('1').toString('base64'), codec: 'json' }),
  });
  await reply.body?.cancel();
  return reply.status;
}

describe('a server behind a policy', () => {
  it('does what the policy says', async () => {
    await using server = await startServer({ ...anyPorts, guard: `opa:${policy('roles.tar.gz')}` });
    const operator = unsigned({ sub: 'bob', roles: ['operator'] });
    expect(await write(server.httpAddress, unsigned({ sub: 'ann' }))).toBe(200);
    expect(await write(server.httpAddress, operator)).toBe(403);
    expect(await write(server.httpAddress, operator, 'staging')).toBe(200);
    expect(await write(server.httpAddress, '')).toBe(403);
  });

  it('verifies tokens by the keys that it is told', async () => {
    const key = createPrivateKey(readFileSync(pem('server.key')));
    const alg = key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256';
    const token = (claims: Record<string, unknown>) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: 'k' }).sign(key);
    const options: ServerOptions = { ...anyPorts, guard: `opa:${policy('roles.tar.gz')}`, jwtAudience: 'cfg' };
    await using byFile = await startServer({ ...options, jwtKeys: pem('server') });
    const good = await token({ sub: 'ann', aud: 'cfg' });
    expect(await write(byFile.httpAddress, good)).toBe(200);
    expect(await write(byFile.httpAddress, await token({ sub: 'ann', aud: 'x' }))).toBe(401);
    expect(await write(byFile.httpAddress, unsigned({ sub: 'ann', aud: 'cfg' }))).toBe(401);

    const { createPublicKey } = await import('node:crypto');
    const jwk = { ...createPublicKey(key).export({ format: 'jwk' }), kid: 'k' };
    const issuer = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    const jwtKeys = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    await using byUrl = await startServer({ ...options, jwtKeys });
    expect(await write(byUrl.httpAddress, good)).toBe(200);
    expect(await write(byUrl.httpAddress, unsigned({ sub: 'ann', aud: 'cfg' }))).toBe(401);
    issuer.closeAllConnections();
    issuer.close();
  });

  it('does not start without the policy, and says why', async () => {
    const missing = startServer({ ...anyPorts, guard: 'opa:none.tar.gz' });
    await expect(missing).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('guard: none.tar.gz: '),
    });
    const away = startServer({ ...anyPorts, guard: 'opa:http://127.0.0.1:1/policy.tar.gz' });
    await expect(away).rejects.toMatchObject({ code: 'unavailable' });
    const unsignedBundle = startServer({
      ...anyPorts,
      guard: `opa:${policy('roles.tar.gz')}`,
      opaBundleKey: pem('server'),
    });
    await expect(unsignedBundle).rejects.toThrow('the bundle is not signed');
    const other = startServer({ ...anyPorts, guard: `opa:${policy('roles.tar.gz')}`, opaEntrypoint: 'a/b' });
    await expect(other).rejects.toThrow('no entrypoint a/b');
  });

  it('asks for its policy with a token', async () => {
    const seen: (string | undefined)[] = [];
    const web = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end(readFileSync(policy('roles.tar.gz')));
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const guard = `opa:http://127.0.0.1:${(web.address() as AddressInfo).port}/policy.tar.gz`;
    await using server = await startServer({ ...anyPorts, guard, opaToken: 's3cret' });
    expect(seen).toEqual(['Bearer s3cret']);
    expect(await write(server.httpAddress, unsigned({ sub: 'ann' }))).toBe(200);
    web.closeAllConnections();
    web.close();
  });

  it('is told of tokens that nobody verifies', async () => {
    await using program = await Program.serving([
      ...anyPortFlags,
      '--guard',
      `opa:${policy('tenants.tar.gz')}`,
      '--opa-entrypoint',
      'config/authz/decision',
    ]);
    const warning = 'tokens are not verified: without --jwt-keys they are believed as they are';
    expect(program.log.map(({ msg }) => msg)).toContain(warning);
    expect(program.log.some(({ msg }) => String(msg).startsWith('no guard'))).toBe(false);
  });

  it.skipIf(!isCompilerThere())(
    'takes Rego source (needs node tools/rego-compiler/build.mjs)',
    async () => {
      await using server = await startServer({ ...anyPorts, guard: `opa:${policy('roles/authz.rego')}` });
      expect(await write(server.httpAddress, unsigned({ sub: 'ann' }))).toBe(403); // without its data, nobody is anybody
      await using folder = await startServer({ ...anyPorts, guard: `opa:${policy('roles')}` });
      expect(await write(folder.httpAddress, unsigned({ sub: 'ann' }))).toBe(200);
    },
    300_000,
  );
});
