import { ConfigError, MemoryStore, type Store } from '@cfg/core';
import * as proto from '@cfg/proto';
import { ConfigOperationsDefinition, ConfigServiceDefinition, httpRules } from '@cfg/proto';
import type { Guard } from '@cfg/service';
import { ClientError, Metadata, Status } from 'nice-grpc';
import { RichClientError } from 'nice-grpc-error-details';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openThreeDoors, type ThreeDoors } from './test/three-doors.js';

/** The request to each method, so that whoever has the right gets an answer. Every method must have a row. */
const requests: Readonly<Record<string, object>> = {
  'config.v1.ConfigService.Get': { namespace: 'n', key: 'a' },
  'config.v1.ConfigService.Set': { namespace: 'n', key: 'b', value: Buffer.from('1') },
  'config.v1.ConfigService.Delete': { namespace: 'n', key: 'gone' },
  'config.v1.ConfigService.List': { namespace: 'n' },
  'config.v1.ConfigService.GetVersions': { namespace: 'n', key: 'a' },
  'config.v1.ConfigService.Snapshot': { namespace: 'n' },
  'config.v1.ConfigService.Watch': { namespaces: ['n'], startRevision: 0, progress: true },
  'config.v1.ConfigService.CheckAccess': { namespace: 'n', key: 'a' },
  'config.v1.ConfigService.SetAlias': { alias: 'alias', target: 'a' },
  'config.v1.ConfigService.DeleteAlias': { alias: 'gone' },
  'config.v1.ConfigService.GetAlias': { alias: 'alias' },
  'config.v1.ConfigService.ListAliases': {},
  'config.v1.ConfigService.ListCodecs': {},
  'config.v1.ConfigService.ListNamespaces': {},
  'config.v1.ConfigOperations.Batch': { namespace: 'n', operations: [{ set: { key: 'c', value: Buffer.from('1') } }] },
  'config.v1.ConfigOperations.Restore': { namespace: 'n', key: 'a', version: 1 },
  'config.v1.ConfigOperations.ListAudit': {},
  'config.v1.ConfigOperations.Search': { query: 'ab' },
};

/** The gateway's own routes, which no descriptor has. */
const ownRoutes: readonly { readonly route: string; readonly body?: string }[] = [
  { route: 'GET /v1/namespaces/n/keys/a/diff?v1=1&v2=1' },
  { route: 'GET /v1/watch?namespaces=n' },
  { route: 'PUT /v1/namespaces/n/keys/b', body: '1' },
];

/** Routes that everybody may use, or whose answers to strangers are shown elsewhere, as they have a form of their own. */
const otherRoutes: readonly string[] = [
  ...['GET /healthz', 'GET /readyz', 'GET /openapi.json', 'GET /docs'],
  // @cfg/gateway, ofrep
  'POST /v1/namespaces/{namespace}/ofrep/v1/evaluate/flags',
  'POST /v1/namespaces/{namespace}/ofrep/v1/evaluate/flags/{key}',
];

/** Services that are there in a cluster only: see @cfg/peersync. */
const otherServices = ['config.v1.ConfigCluster', 'config.v1.ConfigPeering'];

/** Answers every authenticated caller, and tells what the guard would say. */
const checkAccess = 'config.v1.ConfigService.CheckAccess';

/** Answers every authenticated caller, with what they may read. */
const search = 'config.v1.ConfigOperations.Search';

/** The answer to somebody with the right, where it is not OK: the store does not have what was asked for. */
const notOk: Readonly<Record<string, Status>> = {
  'config.v1.ConfigService.SetAlias': Status.ALREADY_EXISTS,
  'config.v1.ConfigService.Delete': Status.NOT_FOUND,
  'config.v1.ConfigService.DeleteAlias': Status.NOT_FOUND,
};

interface Expected {
  readonly code: Status;
  readonly message: string;
  readonly reason?: string;
}

const secretText = 'connect ECONNREFUSED 10.0.0.5:5432';

/** Whoever calls as what, and what they are told. `right` is not in the list. */
const cases: Readonly<Record<string, Expected>> = {
  'no credential': { code: Status.UNAUTHENTICATED, message: 'missing token' },
  'a bad credential': { code: Status.UNAUTHENTICATED, message: 'unknown token' },
  'no right': { code: Status.PERMISSION_DENIED, message: 'not you' },
  'a guard that cannot say who': { code: Status.UNAVAILABLE, message: 'the guard is not available' },
  'a guard that cannot decide': { code: Status.INTERNAL, message: 'internal error' },
  'a guard that names nobody': { code: Status.UNAUTHENTICATED, message: 'unauthenticated' },
  'a guard that hangs over who': {
    code: Status.UNAVAILABLE,
    message: 'the guard did not answer within 20 ms',
    reason: 'GUARD_TIMEOUT',
  },
  'a guard that hangs over what': {
    code: Status.UNAVAILABLE,
    message: 'the guard did not answer within 20 ms',
    reason: 'GUARD_TIMEOUT',
  },
};

/** Which cases find out only what a caller may do, not who it is. */
const authorizing = ['no right', 'a guard that cannot decide', 'a guard that hangs over what'];

const never = new Promise<never>(() => {});

const guard: Guard = {
  authenticate({ metadata }) {
    const token = metadata.get('authorization')?.replace('Bearer ', '').replaceAll('-', ' ');
    if (token === undefined) throw new ConfigError('unauthenticated', 'missing token');
    if (token === 'a bad credential') throw new ConfigError('unauthenticated', 'unknown token');
    if (token === 'a guard that cannot say who') throw new Error(secretText);
    if (token === 'a guard that names nobody') return { claims: {} } as never;
    if (token === 'a guard that hangs over who') return never;
    return { userId: token, claims: {} };
  },
  authorize({ userId }) {
    if (userId === 'no right') return { allowed: false, reason: 'not you' };
    if (userId === 'a guard that cannot decide') throw new Error(secretText);
    if (userId === 'a guard that hangs over what') return never;
    return { allowed: true };
  },
};

/** Notes every call of the store's methods. */
function noting(store: Store, touched: string[]): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        touched.push(String(name));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

const methods = [ConfigServiceDefinition, ConfigOperationsDefinition].flatMap((definition) =>
  Object.entries(definition).map(([name, { path, responseStream }]) => ({
    name,
    fullName: path.slice(1).replace('/', '.'),
    service: path.slice(1).split('/')[0] as string,
    responseStream: responseStream as boolean,
  })),
);

interface Told {
  readonly code: number;
  readonly message: string;
  readonly reason?: string | undefined;
}

describe('who may do what', () => {
  let memory: MemoryStore;
  let doors: ThreeDoors;
  const touched: string[] = [];

  beforeAll(async () => {
    memory = new MemoryStore();
    await memory.connect();
    await memory.set('n', 'a', { bytes: Buffer.from('1'), codec: 'json', type: 'int' });
    await memory.setAlias('alias', 'a');
    doors = await openThreeDoors(noting(memory, touched), { guard, guardTimeoutMs: 20 });
  });

  afterAll(async () => {
    await doors[Symbol.asyncDispose]();
    await memory.close();
  });

  const headers = (caller: string): Record<string, string> =>
    caller === 'no credential' ? {} : { authorization: `Bearer ${caller.replaceAll(' ', '-')}` };

  async function call(door: 'grpc' | 'inProcess', method: (typeof methods)[number], caller: string): Promise<Told> {
    const options = { metadata: Metadata(headers(caller)) };
    try {
      const answer = doors[door][method.service]?.[method.name]?.(requests[method.fullName] as object, options);
      if (method.responseStream) {
        for await (const _ of answer as AsyncIterable<unknown>) break;
      } else {
        await answer;
      }
      return { code: Status.OK, message: '' };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const extra = error instanceof RichClientError ? error.extra : [];
      const info = extra.find(({ $type }) => $type === 'google.rpc.ErrorInfo') as { reason: string } | undefined;
      return { code: error.code, message: error.details, reason: info?.reason };
    }
  }

  async function ask(route: string, caller: string, body?: string): Promise<Told> {
    const [method = '', path = ''] = route.split(' ');
    const signal = AbortSignal.timeout(60_000);
    const response = await fetch(doors.url + path, { method, headers: headers(caller), signal, ...(body && { body }) });
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      await response.body?.cancel();
      return { code: Status.OK, message: '' };
    }
    const told = (await response.json()) as { code?: number; message?: string; details?: { reason?: string }[] };
    if (response.ok) return { code: Status.OK, message: '' };
    return { code: told.code ?? -1, message: told.message ?? '', reason: told.details?.[0]?.reason };
  }

  function check(told: Told, caller: string, method: string): void {
    const isKnown = authorizing.includes(caller);
    if (isKnown && (method === checkAccess || method === search)) expect(told.code).toBe(Status.OK);
    else expect(told).toMatchObject(cases[caller] as Expected);
    expect(told.message).not.toContain(secretText);
    if (!(isKnown && method === search)) expect(touched).toEqual([]);
  }

  it('has a row for every method', () => {
    expect(Object.keys(requests).sort()).toEqual(methods.map(({ fullName }) => fullName).sort());
  });

  it('knows every service, and every route of the HTTP door', async () => {
    const definitions = Object.entries(proto).filter(([name]) => name.endsWith('Definition'));
    const services = definitions.map(([, definition]) => {
      const [method] = Object.values(definition) as { path: string }[];
      return method?.path.split('/')[1] ?? '';
    });
    const tabled = methods.map(({ service }) => service);
    expect(services.sort()).toEqual([...new Set([...tabled, ...otherServices])].sort());
    const { paths } = (await (await fetch(`${doors.url}/openapi.json`)).json()) as { paths: Record<string, object> };
    const served = Object.entries(paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
    );
    const own = ownRoutes.map(({ route }) =>
      route
        .replace(/\?.*/, '')
        .replace('/n/', '/{namespace}/')
        .replace(/keys\/\w+/, 'keys/{key}'),
    );
    const known = [...httpRules().map(({ verb, path }) => `${verb.toUpperCase()} ${path}`), ...own, ...otherRoutes];
    expect(served.filter((route) => !known.includes(route))).toEqual([]);
  });

  describe.each(methods.map((method) => [method.fullName, method] as const))('%s', (fullName, method) => {
    it.each(['grpc', 'inProcess'] as const)('through %s', async (door) => {
      for (const caller of Object.keys(cases)) {
        touched.length = 0;
        const told = await call(door, method, caller);
        check(told, caller, fullName);
      }
      expect((await call(door, method, 'right')).code).toBe(notOk[fullName] ?? Status.OK);
    });
  });

  const rules = httpRules().filter(({ service }) => !otherServices.includes(service));
  const routes = rules.map(({ method, verb, path, body }) => {
    const request = requests[method] as Record<string, unknown>;
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(request[name]));
    const json = JSON.stringify(request, (_, value) => (value?.type === 'Buffer' ? 'MQ==' : value));
    const query = body === '*' ? '' : `?${new URLSearchParams(request as Record<string, string>)}`;
    return { method, route: `${verb} ${filled}${query}`, body: body === '*' ? json : undefined };
  });
  const all = [...routes, ...ownRoutes.map(({ route, body }) => ({ method: '', route, body }))];

  it.each(all.map((row) => [row.route, row] as const))('%s', async (route, { method, body }) => {
    for (const caller of Object.keys(cases)) {
      touched.length = 0;
      const told = await ask(route, caller, body);
      check(told, caller, method);
    }
    expect((await ask(route, 'right', body)).code).toBe(notOk[method] ?? Status.OK);
  });

  it('is told by CheckAccess without failing', async () => {
    const client = doors.inProcess['config.v1.ConfigService'];
    const as = (caller: string) => ({ metadata: Metadata(headers(caller)) });
    const may = (caller: string) => client?.checkAccess?.(requests[checkAccess] as object, as(caller));
    const nothing = {
      canRead: false,
      canWrite: false,
      canDelete: false,
      canList: false,
      canWatch: false,
      canReveal: false,
    };
    for (const caller of authorizing) expect(await may(caller)).toEqual(nothing);
    expect(await may('right')).toEqual({
      canRead: true,
      canWrite: true,
      canDelete: true,
      canList: true,
      canWatch: true,
      canReveal: true,
    });
  });
});
