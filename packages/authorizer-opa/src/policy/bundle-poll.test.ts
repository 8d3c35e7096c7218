import { describe, expect, it, vi } from 'vitest';
import { type OpaGuard, type OpaGuardOptions, opaGuard } from '../index.js';
import { ask } from '../test/ask.js';
import { pem, versionBundle, wasmOf } from '../test/fixtures.js';
import { serveWeb, type WebReply } from '../test/web.js';

const entrypoint = 'config/authz/decision';
const versioned = async (version: string, allowed?: readonly string[]): Promise<WebReply> => ({
  headers: { etag: `"${version}"` },
  body: await versionBundle(version, allowed),
});
const open = (url: string, options: Partial<OpaGuardOptions> = {}): Promise<OpaGuard> =>
  opaGuard({ policy: { url }, entrypoint, ...options });

describe('a policy at a URL', { timeout: 300_000 }, () => {
  it('is asked for by its ETag, and exchanged when it is new', async () => {
    await using web = await serveWeb(() => versioned('1'));
    await using guard = await open(web.url);
    expect(guard.policyRevision).toBe('1');
    expect(await guard.refresh()).toBe(false);
    expect(web.requests.map((headers) => headers['if-none-match'])).toEqual([undefined, '"1"']);
    web.answer = () => versioned('2', ['write']);
    expect(await guard.refresh()).toBe(true);
    expect(guard.policyRevision).toBe('2');
    expect(await ask(guard, 'write')).toMatchObject({ allowed: true, scope: '2' });
    expect(await ask(guard, 'read')).toEqual({ allowed: false, reason: 'version 2 says no', scope: '2' });
  });

  it('is not taken for new where the server has no ETags', async () => {
    const body = await versionBundle('1');
    await using web = await serveWeb(() => ({ body }));
    await using guard = await open(web.url);
    expect(await guard.refresh()).toBe(false);
  });

  it('is asked for again and again', async () => {
    await using web = await serveWeb(() => versioned('1'));
    await using guard = await open(web.url, { pollIntervalMs: 5 });
    web.answer = () => versioned('2');
    await vi.waitFor(() => expect(guard.policyRevision).toBe('2'), 120_000);
    web.answer = () => versioned('3');
    await vi.waitFor(() => expect(guard.policyRevision).toBe('3'), 120_000);
    await guard.close();
    const asked = web.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(web.requests.length).toBe(asked);
    expect(await ask(guard, 'read')).toMatchObject({ allowed: true }); // closed, it decides on
  });

  it.each<[string, () => WebReply | Promise<WebReply>]>([
    ['is no policy', () => ({ body: Buffer.from([0xff, 0xfe]) })],
    ['is damaged', async () => ({ body: (await versionBundle('2')).subarray(0, 5_000) })],
    ['calls what is not supplied', () => ({ body: wasmOf('refused') })],
    ['is not there', () => ({ status: 404 })],
    ['is too large', () => ({ body: Buffer.alloc(2_000_000) })],
    ['is behind a broken server', () => ({ status: 503 })],
  ])('stays where the next one %s, and that is told', async (_, reply) => {
    const onPolicyError = vi.fn(() => {
      throw new Error('broken callback');
    });
    const warn = vi.fn();
    const logger = { debug: () => {}, info: () => {}, warn, error: () => {} };
    await using web = await serveWeb(() => versioned('1'));
    await using guard = await open(web.url, { pollIntervalMs: 5, maxPolicyBytes: 1_000_000, onPolicyError, logger });
    web.answer = reply;
    await vi.waitFor(() => expect(onPolicyError.mock.calls.length).toBeGreaterThan(1), 120_000);
    await expect(guard.refresh()).rejects.toMatchObject({ code: expect.stringMatching(/^(?:invalid_arg|unavail)/) });
    expect(guard.policyRevision).toBe('1');
    expect(await ask(guard, 'read')).toMatchObject({ allowed: true, scope: '1' });
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ revision: '1' }), expect.stringContaining('stays'));
    web.answer = () => versioned('2');
    await vi.waitFor(() => expect(guard.policyRevision).toBe('2'), 120_000);
  });

  it('must be there at the start', async () => {
    await using web = await serveWeb(() => ({ status: 500 }));
    const secret = new URL(`${web.url}/bundle?token=s3cret`);
    const opening = open(String(secret));
    await expect(opening).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('with 500') });
    await expect(opening).rejects.toMatchObject({ message: expect.not.stringContaining('s3cret') });
    await expect(open('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'unavailable' });
    web.answer = () => new Promise(() => {});
    await expect(open(web.url, { pollTimeoutMs: 20 })).rejects.toThrow('no answer within 20 ms');
  });

  it('is asked for with a credential', async () => {
    let turn = 0;
    await using web = await serveWeb(() => versioned('1'));
    await using fixed = await open(web.url, { authorization: 'Bearer fixed' });
    await using asked = await open(web.url, { authorization: () => `Bearer ${++turn}` });
    await asked.refresh();
    expect(fixed.policyRevision).toBe('1');
    expect(web.requests.map(({ authorization }) => authorization)).toEqual(['Bearer fixed', 'Bearer 1', 'Bearer 2']);
  });

  it('is asked for over TLS, with authorities and a certificate of one’s own', async () => {
    const server = { cert: pem('server'), key: pem('server.key'), ca: pem('ca'), requestCert: true };
    await using web = await serveWeb(() => versioned('1'), { ...server, rejectUnauthorized: true });
    await expect(open(web.url)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(open(web.url, { tls: { ca: pem('ca') } })).rejects.toMatchObject({ code: 'unavailable' });
    const tls = { ca: pem('ca'), cert: pem('client'), key: Buffer.from(pem('client.key')) };
    await using guard = await open(web.url, { tls });
    expect(guard.policyRevision).toBe('1');
  });

  it('is exchanged under load without one wrong answer', async () => {
    const versions = ['1', '2', '3'];
    const replies = await Promise.all(versions.map((version) => versioned(version)));
    const damaged = { headers: { etag: '"damaged"' }, body: (await versionBundle('x')).subarray(0, 4_000) };
    let turn = 0;
    await using web = await serveWeb(() => {
      turn += 1;
      return turn % 4 === 0 ? damaged : (replies[turn % replies.length] ?? expect.fail());
    });
    await using guard = await open(web.url, { pollIntervalMs: 1 });
    const seen = new Map<string, number>();
    for (let asked = 0; seen.size < versions.length || turn < 40; asked += 1) {
      const [yes, no] = await Promise.all([ask(guard, 'read'), ask(guard, 'write')]);
      if (!yes.allowed || no.allowed || yes.scope !== no.scope) expect.fail(JSON.stringify({ yes, no, asked }));
      seen.set(yes.scope ?? '', (seen.get(yes.scope ?? '') ?? 0) + 1);
      if (asked % 100 === 0) await new Promise(setImmediate);
    }
    expect([...seen.keys()].sort()).toEqual(versions);
  });
});
