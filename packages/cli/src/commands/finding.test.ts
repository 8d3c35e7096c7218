import { denyAll } from '@cfg/service';
import { describe, expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();
const json = (text: string) => ({ bytes: Buffer.from(text), codec: 'json', type: 'custom' }) as const;

describe('cfg search', () => {
  it('finds keys and values, in this namespace or in all', async () => {
    const { prints, store, objects } = await workplace();
    await store.set('production', 'db/host', json('"db1"'));
    await store.set('production', 'web/name', json('"DB front"'));
    await store.set('production-eu', 'db/host', json('"eu"'));
    expect(await prints('search', 'db')).toBe('KEY       VALUE\nweb/name  DB front\ndb/host   db1\n');
    expect(await prints('search', 'db', '--in', 'keys')).toBe('KEY      VALUE\ndb/host  db1\n');
    expect(await objects('search', 'db', '--in', 'values', '--prefix', 'web/')).toMatchObject([
      { namespace: 'production', key: 'web/name', value: 'DB front', version: 1, inKey: false, inValue: true },
    ]);
    expect(await prints('search', 'host', '--all-namespaces')).toBe(
      'NAMESPACE      KEY      VALUE\nproduction-eu  db/host  eu\nproduction     db/host  db1\n',
    );
    expect(await prints('search', 'no such thing')).toBe('');
  });

  it('reads on to the end, or to a limit', async () => {
    const { store, objects } = await workplace();
    for (let i = 0; i < 250; i += 1) {
      await store.set(i % 2 === 0 ? 'production' : 'production-eu', `app/k${i}`, json('1'));
    }
    expect(await objects('search', 'app/')).toHaveLength(125);
    expect(await objects('search', 'app/', '--limit', '110')).toHaveLength(110);
    expect(await objects('search', 'app/', '--all-namespaces')).toHaveLength(250);
  });

  it('shows the text in a long value, and no secret', async () => {
    const { prints } = await workplace({ secrets: ['production/hidden/'] });
    await prints('set', 'long', `${'x'.repeat(500)} needle`);
    await prints('set', 'needle-of-codec', 'hunter2', '--codec', 'secret');
    await prints('set', 'hidden/needle', 'hunter2');
    expect(await prints('search', 'needle')).toBe(
      `KEY              VALUE\nhidden/needle    ******\nneedle-of-codec  ******\nlong             …${'x'.repeat(19)} needle\n`,
    );
    expect(await prints('search', 'needle', '--json')).not.toContain('hunter2');
    expect(await prints('search', 'hunter2')).toBe('');
  });
});

describe('cfg audit', () => {
  it('tells who changed what, newest first', async () => {
    const { prints, store, objects } = await workplace();
    await store.set('production', 'a', json('1'), { author: 'ann', comment: 'why' });
    await store.set('staging', 'a', json('2'), { author: 'bob' });
    await store.delete('production', 'a', { author: 'bob' });
    await store.setAlias('short', 'a');
    const lines = (await prints('audit')).split('\n').map((line) => line.replace(/^\S+Z/, 'T'));
    expect(lines).toEqual([
      'TIME                      USER  OPERATION  KEY  VERSION  COMMENT  VALUE',
      'T  bob   delete     a    1',
      'T  ann   set        a    1        why      1',
      '',
    ]);
    const all = await objects('audit', '--all-namespaces');
    expect(all.map(({ operation, user, namespace, key, value }) => [operation, user, namespace, key, value])).toEqual([
      ['alias_set', '', '', 'short', 'a'],
      ['delete', 'bob', 'production', 'a', null],
      ['set', 'bob', 'staging', 'a', 2],
      ['set', 'ann', 'production', 'a', 1],
    ]);
    expect(Object.keys(all[0] ?? {}).join(' ')).toBe(
      'time user operation namespace key value codec version revision comment',
    );
    expect(await prints('audit', '--all-namespaces')).toContain('staging/a ');
    expect(await objects('audit', '--all-namespaces', '--user', 'bob')).toHaveLength(2);
    expect(await objects('audit', '--operation', 'delete')).toMatchObject([{ operation: 'delete', revision: 3 }]);
    expect(await objects('audit', '--key', 'b')).toEqual([]);
    expect(await objects('audit', '--key', 'a', '--limit', '1')).toMatchObject([{ revision: 3 }]);
  });

  it('takes times, and how long ago they were', async () => {
    const { prints, objects } = await workplace();
    await prints('set', 'a', '1');
    const [record] = await objects('audit');
    const time = String(record?.time);
    const after = new Date(Date.parse(time) + 1).toISOString();
    expect(await objects('audit', '--since', time, '--until', after)).toHaveLength(1);
    expect(await objects('audit', '--until', time)).toEqual([]);
    expect(await objects('audit', '--since', '2000-01-01')).toHaveLength(1);
    expect(await objects('audit', '--until', '2000-01-01 10:00+02:00')).toEqual([]);
    expect(await objects('audit', '--since', '300d')).toHaveLength(1);
    expect(await objects('audit', '--until', '300d')).toEqual([]);
  });

  it('reads on to the end, and shows no secret', async () => {
    const { prints, store, objects } = await workplace({ secrets: ['production/hidden/'] });
    await prints('set', 'pw', 'hunter2', '--codec', 'secret');
    await prints('set', 'hidden/pw', 'hunter2');
    for (let i = 0; i < 248; i += 1) await store.set('production', 'a', json(`${i}`));
    expect(await objects('audit')).toHaveLength(250);
    expect(await objects('audit', '--limit', '150')).toHaveLength(150);
    expect(await prints('audit', '--json')).not.toContain('hunter2');
  });
});

describe('cfg search and audit exit with', () => {
  it.each([
    [2, ['search', 'x'], '2 to 256 characters'],
    [2, ['search', 'text', '--in', 'comments'], 'Allowed choices are keys, values'],
    [2, ['audit', '--operation', 'read'], 'Allowed choices are set'],
    [2, ['audit', '--key', '../a'], 'invalid key'],
    [2, ['audit', '--since', 'yesterday'], 'such as 2026-11-26T09:30Z'],
    [2, ['audit', '--since', '2026-02-30'], 'It must be a time'],
    [2, ['audit', '--since', '2026-02-01T25:00Z'], 'It must be a time'],
    [2, ['audit', '--since', '1h', '--until', '2h'], '--since is not before --until'],
  ])('%i: %j', async (code, args, message) => {
    const { cfg } = await workplace();
    expect(await cfg(...args)).toEqual({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  it('1 where the guard refuses', async () => {
    const { cfg } = await workplace({ guard: denyAll() });
    expect(await cfg('audit')).toMatchObject({ code: 1, stdout: '' });
  });
});
