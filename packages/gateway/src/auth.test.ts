import { createServer } from 'node:http';
import { ConfigError } from '@cfg/core';
import type { Guard, Identity } from '@cfg/service';
import express from 'express';
import { ServerError, Status } from 'nice-grpc';
import { describe, expect, it } from 'vitest';
import { type AuthOptions, authMiddleware } from './index.js';
import { listen, urlOf } from './test/doors.js';
import { recordedGuard } from './test/guard.js';
import { ask } from './test/http.js';

/** An application with a protected route, mounted under a path. */
async function open(guard: Guard, options?: AuthOptions) {
  const admin = express.Router();
  admin.use(authMiddleware(guard, options));
  admin.get('/jobs', (_request, response) => void response.json(response.locals.identity));
  const http = await listen(createServer(express().use('/admin', admin)));
  return {
    url: urlOf(http),
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      http.close();
    },
  };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('authMiddleware', () => {
  it('lets through whom the guard allows, and says who it is', async () => {
    await using app = await open(recordedGuard);
    const answer = await ask(app.url, '/admin/jobs', bearer('writer'));
    expect(answer).toMatchObject({ status: 200, json: { userId: 'writer', claims: {} } });
  });

  it('refuses everyone else, with an error object', async () => {
    await using app = await open(recordedGuard);
    const noToken = await ask(app.url, '/admin/jobs');
    expect(noToken).toMatchObject({ status: 401, json: { code: 16, message: 'missing token', details: [] } });
    expect(noToken.headers).toMatchObject({ 'content-type': 'application/json', 'www-authenticate': 'missing token' });
    const nobody = await ask(app.url, '/admin/jobs', bearer('nobody'));
    expect(nobody).toMatchObject({ status: 403, json: { code: 7, message: 'permission denied', details: [] } });
    const boom = await ask(app.url, '/admin/jobs', bearer('boom'));
    expect(boom).toMatchObject({ status: 500, json: { code: 13, message: 'internal error', details: [] } });
  });

  it('asks about the method and the whole path, without the query', async () => {
    const asked: unknown[] = [];
    await using app = await open({
      authenticate: (context) => {
        asked.push(context.method, context.metadata.get('x-role'), context.peer.replace(/\d+$/, ''));
        return { userId: 'u', claims: {} };
      },
      authorize: (identity, action, resource) => {
        asked.push(identity.userId, action, resource);
        return { allowed: false, reason: 'not today' };
      },
    });
    const answer = await ask(app.url, '/admin/jobs?all=1', { method: 'POST', headers: { 'x-role': 'admin' } });
    expect(answer).toMatchObject({ status: 403, json: { message: 'not today' } });
    const action = 'POST:/admin/jobs';
    expect(asked).toEqual([action, 'admin', '127.0.0.1:', 'u', action, { namespace: '', key: '', prefix: '' }]);
  });

  it('heeds a status of the guard itself', async () => {
    const failing = (error: Error): Guard => ({ ...recordedGuard, authenticate: () => Promise.reject(error) });
    await using busy = await open(failing(new ServerError(Status.UNAVAILABLE, 'try later')));
    expect(await ask(busy.url, '/admin/jobs')).toMatchObject({ status: 503, json: { code: 14, message: 'try later' } });
    await using unknown = await open(failing(new ServerError(Status.UNAUTHENTICATED, 'unknown token')));
    expect(await ask(unknown.url, '/admin/jobs')).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'unknown token' },
    });
    await using refusing = await open(failing(new ConfigError('permission_denied', 'not from here')));
    expect(await ask(refusing.url, '/admin/jobs')).toMatchObject({ status: 403, json: { message: 'not from here' } });
    await using broken = await open(failing(new ConfigError('internal', 'secret cause')));
    expect(await ask(broken.url, '/admin/jobs')).toMatchObject({ status: 500, json: { message: 'internal error' } });
  });

  it('takes a caller whom the guard does not name for nobody', async () => {
    const nobody = undefined as unknown as Identity;
    await using app = await open({ authenticate: () => nobody, authorize: () => ({ allowed: true }) });
    expect(await ask(app.url, '/admin/jobs')).toMatchObject({ status: 401, json: { code: 16 } });
  });

  it('does not wait for a guard that never answers, and tells the log why one fails', async () => {
    const never = new Promise<never>(() => {});
    await using silent = await open({ ...recordedGuard, authenticate: () => never }, { guardTimeoutMs: 20 });
    expect(await ask(silent.url, '/admin/jobs')).toMatchObject({ status: 503, json: { code: 14 } });

    const logged: object[] = [];
    const error = (fields: object) => void logged.push(fields);
    const logger = { debug: () => {}, info: () => {}, warn: () => {}, error };
    await using app = await open(recordedGuard, { logger });
    await ask(app.url, '/admin/jobs', bearer('boom'));
    expect(logged).toMatchObject([{ err: { cause: { message: 'policy engine exploded' } } }]);
  });

  it('refuses a timeout that is none', () => {
    expect(() => authMiddleware(recordedGuard, { guardTimeoutMs: 0 })).toThrow('guardTimeoutMs');
  });
});
