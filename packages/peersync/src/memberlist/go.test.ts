import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildGo, type GoOptions, startMemberlist } from '../test/go-node.js';
import type { LineProcess } from '../test/line-process.js';
import { Memberlist, type MemberlistHandlers } from './memberlist.js';
import type { MemberlistOptions } from './options.js';

const { program, reason } = await buildGo('go-memberlist');
const until = { timeout: 120_000, interval: 50 };

async function start(
  name: string,
  options: MemberlistOptions = {},
  handlers: MemberlistHandlers = {},
): Promise<Memberlist> {
  const meta = Buffer.from(`${name}:9000`);
  const list = new Memberlist({ name, meta, bind: { host: '127.0.0.1', port: 0 }, ...options }, handlers);
  onTestFinished(() => list.close());
  await list.start();
  return list;
}

const names = (list: Memberlist): string[] =>
  list
    .members()
    .map(({ name }) => name)
    .sort();

const key = randomBytes(32).toString('hex');
const ways: [string, GoOptions][] = [
  ['plain', {}],
  ['with a label', { label: 'lab' }],
  ['encrypted, with a label', { label: 'lab', key }],
];

describe.skipIf(program === undefined)(`with hashicorp/memberlist 0.5.4${reason && ` (skipped: ${reason})`}`, () => {
  const go = (name: string, options?: GoOptions): Promise<LineProcess> =>
    startMemberlist(program as string, name, options);
  const forUs = ({ label, key: hex }: GoOptions): MemberlistOptions => ({
    label,
    keys: hex === undefined ? undefined : [Buffer.from(hex, 'hex')],
  });

  describe.each(ways)('%s', (_, security) => {
    it('joins both ways, with metadata, messages both ways, and leaves', async () => {
      const joined: string[] = [];
      const messages: string[] = [];
      const handlers: MemberlistHandlers = {
        onMember: (what, { name, meta }) => joined.push(`${what} ${name} ${Buffer.from(meta)}`),
        onMessage: (payload) =>
          messages.push(payload.length > 99 ? `${payload.length} bytes` : Buffer.from(payload).toString()),
      };
      const [one, two] = await Promise.all([go('go1', security), go('go2', security)]);
      const ours = await start('ts1', forUs(security), handlers);
      expect(await ours.join([one.address])).toBe(1);
      await one.line(/^joined ts1 ts1:9000$/);
      two.tell(`join 127.0.0.1:${ours.address.port}`);
      await two.line(/^join 1 <nil>/);
      await two.line(/^joined go1 go1:9000$/);
      await vi.waitFor(
        () => expect(joined).toEqual(expect.arrayContaining(['joined go1 go1:9000', 'joined go2 go2:9000'])),
        until,
      );

      ours.broadcast('a', Buffer.from('from us'));
      await Promise.all([one.line(/^message from us$/), two.line(/^message from us$/)]);
      one.tell('broadcast from go');
      await vi.waitFor(() => expect(messages).toContain('from go'), until);
      two.tell('send ts1 50000');
      await vi.waitFor(() => expect(messages).toContain('50000 bytes'), until);
      await ours.send(ours.members().find(({ name }) => name === 'go1') as never, Buffer.alloc(50_000, 'x'));
      await one.line(/^message of 50000$/);

      two.tell('meta elsewhere:1');
      await vi.waitFor(() => expect(joined).toContain('updated go2 elsewhere:1'), until);
      ours.changeMeta(Buffer.from('new:1'));
      await one.line(/^updated ts1 new:1$/);

      two.tell('leave');
      await vi.waitFor(() => expect(joined).toContain('left go2 elsewhere:1'), until);
      await ours.leave();
      await one.line(/^left ts1/);
      expect([...ours.refused]).toEqual([]);
    });
  });

  it('notices who was killed on either side, and nobody else is suspected meanwhile', async () => {
    const [one, two] = await Promise.all([go('go1'), go('go2')]);
    const gone: string[] = [];
    const onMember: MemberlistHandlers['onMember'] = (what, { name }) => what === 'gone' && gone.push(name);
    const ours = await start('ts1', {}, { onMember });
    const other = await start('ts2');
    for (const list of [ours, other]) await list.join([one.address]);
    two.tell(`join ${one.address}`);
    await vi.waitFor(() => expect(names(ours)).toEqual(['go1', 'go2', 'ts1', 'ts2']), until);
    await one.line(/^joined ts2/);

    two.process.kill('SIGKILL');
    await other.close(); // without a word
    await vi.waitFor(() => expect(gone.sort()).toEqual(['go2', 'ts2']), { timeout: 180_000, interval: 100 });
    await one.line(/^left ts2/, 180_000);
    await one.line(/^left go2/, 180_000);
    expect(names(ours)).toEqual(['go1', 'ts1']);
    one.tell('members');
    expect((await one.line(/^members (\d+) \d+ (.*)/))[1]).toBe('2');
  });

  it('refuses who has another key or label, and counts it', async () => {
    const one = await go('go1', { label: 'lab', key });
    const stranger = await start('ts1', { label: 'lab', keys: [randomBytes(32)] });
    await expect(stranger.join([one.address])).rejects.toMatchObject({ code: 'unavailable' });
    const other = await start('ts2', { label: 'another', keys: [Buffer.from(key, 'hex')] });
    await expect(other.join([one.address])).rejects.toMatchObject({ code: 'unavailable' });
    one.tell(`join 127.0.0.1:${other.address.port}`);
    await one.line(/^join 0/);
    await vi.waitFor(() => expect([...other.refused.keys()]).toContain('another label'), until);
    expect(names(stranger)).toEqual(['ts1']);
  });
});
