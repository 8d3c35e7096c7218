import { expect, it } from 'vitest';
import { connect, FileCache, Manager, MemoryStore, RemoteStore } from './index.js';

/* What people get wrong at first: each is an error at once, which names what is wrong. */

const app = (options: object): object => ({ namespace: 'a', store: new MemoryStore(), cacheFile: false, ...options });
const remote = (server: object): object => ({ namespace: 'a', address: 'x:1', cacheFile: false, waitMs: 0, server });

it.each<[options: unknown, code: string, why: string]>([
  [undefined, 'invalid_argument', 'the options of connect() must be an object'],
  ['payments', 'invalid_argument', 'the options of connect() must be an object'],
  [{}, 'invalid_argument', 'option namespace is missing'],
  [app({ namespace: 7 }), 'invalid_argument', 'option namespace must be a string, or a list'],
  [app({ namespace: ['a', null] }), 'invalid_argument', 'option namespace must be a string, or a list'],
  [app({ namespace: [] }), 'invalid_argument', 'at least one'],
  [app({ namespace: 'a b' }), 'invalid_namespace', 'U+0020'],
  [
    app({ cachefile: 'x' }),
    'invalid_argument',
    'option cachefile is not an option of connect(), which has namespace, ',
  ],
  [app({ watch: { maxBackof: 1 } }), 'invalid_argument', 'option watch.maxBackof is not an option of Manager'],
  [app({ watch: 5 }), 'invalid_argument', 'option watch must be an object'],
  [app({ aliases: ['x'] }), 'invalid_argument', 'option aliases must be'],
  [app({ bootstrap: [1] }), 'invalid_argument', 'option bootstrap must be an object'],
  [app({ bootstrap: { a: 5 } }), 'invalid_argument', 'option bootstrap.a must be an object'],
  [app({ required: 'yes' }), 'invalid_argument', "option required must be 'server'"],
  [app({ cacheFile: true }), 'invalid_argument', 'option cacheFile must be a path'],
  [app({ cacheFile: '/tmp/x', cache: { keyz: 1 } }), 'invalid_argument', 'option cache.keyz is not an option of'],
  [app({ waitMs: '2s' }), 'invalid_argument', 'option waitMs must be a whole number'],
  [remote({ retry: { maxRetry: 3 } }), 'invalid_argument', 'option retry.maxRetry is not an option of RemoteStore'],
  [
    remote({ watch: { recconect: true } }),
    'invalid_argument',
    'option watch.recconect is not an option of RemoteStore',
  ],
  [remote({ keepalive: { interval: 1 } }), 'invalid_argument', 'option keepalive.interval is not an option of'],
  [remote({ circuitBreaker: { after: 1 } }), 'invalid_argument', 'option circuitBreaker.after is not an option of'],
  [remote({ insecure: 'yes' }), 'invalid_argument', 'option insecure must be true or false'],
  [remote({ constructor: 1 }), 'invalid_argument', 'option constructor is not an option of RemoteStore'],
])('connect(%o) is refused', async (options, code, why) => {
  await expect(connect(options as never)).rejects.toMatchObject({ code, message: expect.stringContaining(why) });
});

it.each<[what: string, make: () => unknown, why: string]>([
  ['Manager without options', () => new Manager(undefined as never), 'the options of Manager must be an object'],
  ['Manager without a store', () => new Manager({} as never), 'option store must be a store'],
  [
    'Manager with a misspelt option',
    () => new Manager(app({}) as never),
    'option namespace is not an option of Manager',
  ],
  [
    'Manager with a cache that is none',
    () => new Manager({ store: new MemoryStore(), cache: {} as never }),
    'option cache must be a cache',
  ],
  [
    'RemoteStore with null',
    () => new RemoteStore('a:1', null as never),
    'the options of RemoteStore must be an object',
  ],
  ['FileCache with a list', () => new FileCache('/tmp/x', [] as never), 'option cache must be an object'],
])('%s is refused', (_what, make, why) => {
  expect(make).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(why) }));
});

it.each([undefined, null, 7, {}])('the key %o is refused as any other that is none', async (key) => {
  await using config = await connect({ namespace: 'a', store: new MemoryStore(), cacheFile: false });
  const refused = { code: 'invalid_key', message: expect.stringContaining('a key must be a string') };
  await expect(config.get(key as never)).rejects.toMatchObject(refused);
  await expect(config.namespace.set(key as never, 1)).rejects.toMatchObject(refused);
  await expect(config.has(key as never)).rejects.toMatchObject(refused);
});
