import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Value } from '@cfg/core';
import { expect, it } from 'vitest';
import { type Workplace, workplaces } from '../test/workplace.js';

const workplace = workplaces();
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const compiler = fileURLToPath(new URL('../../../../node_modules/typescript/bin/tsc', import.meta.url));

/** Compiles a program beside the declarations, as an app does it. Returns what the compiler has to say. */
function compile({ home, file }: Workplace, program: string): string {
  mkdirSync(join(home, 'node_modules'), { recursive: true });
  for (const name of ['@cfg', 'zod']) symlinkSync(join(modules, name), join(home, 'node_modules', name));
  file('package.json', '{ "type": "module" }');
  file('app.ts', program);
  const options = { target: 'es2024', lib: ['es2024', 'esnext.disposable'], module: 'nodenext', strict: true };
  const strict = { noUnusedLocals: true, exactOptionalPropertyTypes: true, noEmit: true, types: [] };
  file('tsconfig.json', JSON.stringify({ compilerOptions: { ...options, ...strict }, files: ['app.ts', 'cfg.d.ts'] }));
  return spawnSync(process.execPath, [compiler, '-p', home], { encoding: 'utf8' }).stdout;
}

async function fill({ store }: Workplace, values: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [key, data] of Object.entries(values)) await store.set('production', key, Value.of(data));
}

it('writes what an app compiles with, for reads and for live references', async () => {
  const place = await workplace({ secrets: ['production/db/password'] });
  const { store, prints, home } = place;
  await fill(place, {
    'db/host': 'db1',
    'db/pool': 20,
    'db/password': 'hunter2',
    'db/tls': { ca: 1, verify: true },
    'db/tls/ca': 'PEM',
    hosts: [{ name: 'a', port: 1 }, { name: 'b' }, 'c', null],
    big: 2n ** 60n,
    empty: { list: [], object: {} },
  });
  const secret = { bytes: Buffer.from('hunter2'), codec: 'secret', type: 'secret' } as const;
  await store.set('production', 'api/key', secret);
  await store.set('production', 'app', Value.of({ at: new Date(0) }, { codec: 'toml' }));
  await store.set('production', 'sealed', { bytes: Buffer.from('?'), codec: 'client:encrypted:json', type: 'custom' });
  await prints('types', '--out', 'cfg.d.ts');
  expect(readFileSync(join(home, 'cfg.d.ts'), 'utf8')).not.toContain('hunter2');
  const program = `
    import { type AppConfig, type connect, type Manager, type Namespace, Secret } from '@cfg/client';
    import { z } from 'zod';
    import type { Keys, Prefixes, Typed } from './cfg.d.ts';

    export async function main(opened: Awaited<ReturnType<typeof connect>>, manager: Manager): Promise<void> {
      const config = opened as Typed<AppConfig>;
      const host: string = (await config.get('db/host')).data;
      const pool: number | undefined = config.peek('db/pool')?.data;
      const [first] = (await config.get('hosts', { default: [] })).data;
      if (typeof first === 'object' && first !== null) { const port: number | undefined = first.port; void port; }
      const big: bigint = (await config.get('big')).data;
      const at: Date = (await config.get('app')).data.at;
      const secret: string = (await config.get('api/key')).data.reveal();
      const hidden: string = (await config.get('db/password')).data;
      const sealed: unknown = (await config.get('sealed')).data;
      const other: unknown = (await config.get('not/there/now')).data;
      const tls = (await manager.namespace('production').get('db/tls')).object<Keys['db/tls']>();
      const named = manager.namespace('production') as Typed<Namespace>;
      const verify: boolean = (await named.get('db/tls')).data.verify;
      const Db = z.object({
        host: z.string(),
        pool: z.number(),
        password: z.string(),
        tls: z.object({ ca: z.string(), verify: z.boolean() }),
      }) satisfies z.ZodType<Prefixes['db']>;
      using db = config.live('db', Db);
      const ca: string = db.current.tls.ca;
      const Api: z.ZodType<Prefixes['api']> = z.object({ key: z.instanceof(Secret) });
      using api = config.live('api', Api);
      const key: Secret = api.current.key;
      // @ts-expect-error a number
      const text: string = (await config.get('db/pool')).data;
      // @ts-expect-error frozen
      db.current satisfies Prefixes['db'], ((await config.get('db/tls')).data.verify = false);
      // @ts-expect-error db/pool is a number
      z.object({ host: z.string(), pool: z.string() }) satisfies z.ZodType<Pick<Prefixes['db'], 'host' | 'pool'>>;
      console.log({ host, pool, big, at, secret, hidden, sealed, other, tls, verify, ca, key, text });
    }`;
  expect(compile(place, program)).toBe('');
});

it('is valid for any key and any data', async () => {
  const place = await workplace();
  const deep = JSON.parse(`${'{"a":['.repeat(60)}1${']}'.repeat(60)}`);
  await fill(place, {
    'a//b': 1,
    'a/b': 1,
    '-': 1,
    '__proto__/constructor': 1,
    '1.5/new': 1,
    it: 5,
    'it/x': { y: 1 },
    'it/x/y/z': 1,
    merged: { folder: { left: 1, both: 1 } },
    'merged/folder/both': 'wins',
    names: { 'a b': 1, "it's": 2, 'a"b': 3, '*/': 4, 'line\n\u2028': 5, '\\': 6, '\\"': 7, '': 8, é: 9, '${x}`': 10 },
    mixed: [[1], ['a'], [], [[]], { a: 1 }, { a: 'b', b: [{}] }, true],
    deep,
  });
  await place.prints('types', '--out', 'cfg.d.ts');
  const text = readFileSync(join(place.home, 'cfg.d.ts'), 'utf8');
  expect(text).toContain("readonly '__proto__/constructor': number;");
  const program = `
    import type { Keys, Prefixes } from './cfg.d.ts';
    type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
    export const it: Same<Prefixes['']['it'], never> = true;
    export const x: Same<Prefixes['it']['x']['y'], never> = true;
    export const merged: Prefixes['']['merged'] = { folder: { left: 1, both: 'wins' } };
    export const below: Prefixes['merged'] = { folder: { both: 'wins' } };
    export const slashes: Prefixes['a'] = { '': { b: 1 }, b: 1 };
    export const names: Keys['names'] = ${JSON.stringify({ 'a b': 1, "it's": 2, 'a"b': 3, '*/': 4, 'line\n\u2028': 5, '\\': 6, '\\"': 7, '': 8, é: 9, '${x}`': 10 })};
    export const mixed: Keys['mixed'] = [[1, 'a', []], { a: 1 }, { a: 'b', b: [{}] }, true];
    // @ts-expect-error neither a number nor a text
    export const wrong: Keys['mixed'] = [{ a: true }];`;
  expect(compile(place, program)).toBe('');
});

it('is the same for the same keys, and leaves a file alone that is right', async () => {
  const place = await workplace();
  const { prints, objects, home, store } = place;
  await fill(place, { b: { y: 1, x: [1, 'a'] }, 'a/c': 1, a1: true });
  const before = await prints('types');
  expect(before).toMatch(/^\/\/ The keys of production, as of revision 3\. /);
  await store.set('staging', 'a', Value.of(1));
  expect(await prints('types')).toBe(before);
  expect([...before.matchAll(/^ {2}readonly '(.*)': /gm)].map(([, name]) => name)).toEqual([
    ...['a/c', 'a1', 'b'],
    ...['', 'a'],
  ]);
  expect(await prints('types', '--out', 'cfg.d.ts')).toBe('the types of 3 keys are in cfg.d.ts\n');
  const { mtimeMs } = statSync(join(home, 'cfg.d.ts'));
  expect(await objects('types', '--out', 'cfg.d.ts')).toEqual([
    { namespace: 'production', prefix: '', revision: 3, keys: 3, file: 'cfg.d.ts', changed: false },
  ]);
  expect(statSync(join(home, 'cfg.d.ts')).mtimeMs).toBe(mtimeMs);
  const some = await prints('types', 'a/');
  expect(some).toContain('// The keys of production that begin with a/, as of revision 2. ');
  expect(some).not.toContain("''");
  writeFileSync(join(home, 'cfg.d.ts'), await prints('types', 'none/'));
  expect(compile(place, "import type { Keys } from './cfg.d.ts';\nexport const none: keyof Keys[] = 0 as never;")).toBe(
    '',
  );
});

it('fails where the file cannot be written', async () => {
  const { cfg } = await workplace();
  expect(await cfg('types', '--out', 'no/such/folder.d.ts')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ENOENT'),
  });
});
