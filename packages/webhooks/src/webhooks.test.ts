import { DatabaseSync } from 'node:sqlite';
import { MemoryStore } from '@cfg/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWebhooks, sqlLedger, type Webhooks, type WebhooksOptions, type WebhookTarget } from './index.js';
import { Receiver, secret } from './test/receiver.js';

const value = (data: unknown, type: 'int' | 'secret' = 'int') =>
  ({ bytes: Buffer.from(JSON.stringify(data)), codec: type === 'secret' ? 'secret' : 'json', type }) as const;

/** Waits for what happens elsewhere. */
const until = (holds: () => void | Promise<void>): Promise<void> => vi.waitFor(holds, { interval: 5 });

describe('webhooks', () => {
  let store: MemoryStore;
  let database: DatabaseSync;
  let receiver: Receiver;
  let opened: Webhooks[];

  beforeEach(async () => {
    store = new MemoryStore({ logLimit: 1_000 });
    await store.connect();
    database = new DatabaseSync(':memory:');
    receiver = await Receiver.start();
    opened = [];
  });

  afterEach(async () => {
    for (const webhooks of opened) await webhooks.close();
    await receiver[Symbol.asyncDispose]();
    await store.close();
    database.close();
  });

  async function open(target: Partial<WebhookTarget> = {}, options: Partial<WebhooksOptions> = {}): Promise<Webhooks> {
    const targets = [{ name: 'a', url: receiver.url, secret, allowPrivate: true, ...target }];
    const quick = { initialBackoffMs: 1, maxBackoffMs: 5, leaseMs: 300 };
    const webhooks = await openWebhooks(store, { targets, ledger: sqlLedger(database), ...quick, ...options });
    opened.push(webhooks);
    await until(() => expect(webhooks.status()[0]?.state).not.toBe('waiting'));
    return webhooks;
  }

  const set = async (count: number, namespace = 'n'): Promise<void> => {
    for (let at = 0; at < count; at += 1) await store.set(namespace, `k${at}`, value(at));
  };
  const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);

  it('tell what was changed, signed, in the order of the log', async () => {
    await set(1);
    await open({ values: true });
    await store.set('prod', 'a', value(1), { author: 'ann', comment: 'why', requestId: 'r1' });
    await store.set('prod', 'pw', value('hush', 'secret'));
    await store.setAlias('x', 'a');
    await store.batch('prod', [
      { type: 'delete', key: 'a' },
      { type: 'set', key: 'b', value: value(2) },
    ]);
    await until(() => expect(receiver.taken).toHaveLength(5));
    const { logId } = await store.revision();
    expect(receiver.taken).toMatchObject([
      { id: `msg_${logId}_2`, type: 'config.set' },
      { type: 'config.set', data: { key: 'pw', codec: 'secret' } },
      { type: 'config.alias_set', data: { namespace: '', key: 'x', target: 'a' } },
      { type: 'config.delete', data: { namespace: 'prod', key: 'a', version: 1, more: true } },
      { type: 'config.set', data: { key: 'b', revision: 6 } },
    ]);
    expect(receiver.taken[0]?.data).toEqual({
      namespace: 'prod',
      key: 'a',
      version: 1,
      revision: 2,
      logId,
      codec: 'json',
      value: 'MQ==',
      author: 'ann',
      comment: 'why',
      requestId: 'r1',
    });
    expect(JSON.stringify(receiver.received)).not.toContain(Buffer.from('"hush"').toString('base64'));
  });

  it('tell each target what it wants, and no value that it did not ask for', async () => {
    await open({ namespaces: ['prod-*', 'test'], prefixes: ['app/', 'web/'] });
    for (const namespace of ['prod', 'prod-1', 'test']) await store.set(namespace, 'app/a', value(1));
    await store.set('test', 'db/a', value(1));
    await store.setAlias('app/x', 'app/a');
    await store.delete('prod-1', 'app/a');
    await until(() => expect(receiver.revisions).toEqual([2, 3, 6]));
    expect(JSON.stringify(receiver.received)).not.toContain('value');
  });

  it('reach a receiver that fails, hangs and restarts: everything, in order', async () => {
    let calls = 0;
    receiver.answer = () => {
      calls += 1;
      if (calls % 5 === 0) return 'never';
      if (calls % 3 === 0) return 503;
      return 200;
    };
    const webhooks = await open({}, { timeoutMs: 20 });
    const restarting = (async () => {
      for (let round = 0; round < 5; round += 1) {
        await until(() => expect(receiver.taken.length).toBeGreaterThan(round * 8));
        await receiver.stop();
        await until(() => expect(webhooks.status()[0]?.state).toBe('failing'));
        await receiver.listen();
      }
    })();
    await set(60);
    await restarting;
    await until(() => expect(receiver.revisions).toEqual(upTo(60)));
    await until(() => expect(webhooks.status()).toMatchObject([{ state: 'delivering', revision: 60, attempts: 0 }]));
  });

  it('go on where they were, also with another server', async () => {
    const first = await open();
    await set(3);
    await until(() => expect(receiver.taken).toHaveLength(3));
    await first.close();
    await set(2);
    const second = await open();
    await until(() => expect(receiver.revisions).toEqual(upTo(5)));
    expect(receiver.received).toHaveLength(5);
    // A third one waits its turn, and takes over.
    const third = await openWebhooks(store, {
      targets: [{ name: 'a', url: receiver.url, secret, allowPrivate: true }],
      ledger: sqlLedger(database),
      leaseMs: 300,
    });
    opened.push(third);
    await set(2);
    await until(() => expect(receiver.taken).toHaveLength(7));
    expect(third.status()).toMatchObject([{ state: 'waiting', delivered: 0 }]);
    await second.close();
    await set(2);
    await until(() => expect(receiver.revisions).toEqual(upTo(9)));
    // The receiver knows of a delivery before its sender has read the answer.
    await until(() => expect(third.status()).toMatchObject([{ state: 'delivering', delivered: 2 }]));
    expect(receiver.received).toHaveLength(9);
  });

  it('are given up after a while, and tried again when an operator says so', async () => {
    receiver.answer = ({ data }) => (data.revision === 2 ? 500 : 200);
    const webhooks = await open({}, { giveUpAfterMs: 20 });
    await set(3);
    await until(() =>
      expect(webhooks.status()).toMatchObject([{ state: 'dead', revision: 1, reason: 'answered with 500' }]),
    );
    const ledger = sqlLedger(database);
    expect(await ledger.list()).toMatchObject([{ target: 'a', state: 'dead', revision: 1, stuckAt: 2 }]);
    const tries = receiver.received.length;
    await ledger.retry('a', false);
    await until(() => expect(receiver.received.length).toBeGreaterThan(tries));
    await until(() => expect(webhooks.status()).toMatchObject([{ state: 'dead' }]));
    await ledger.retry('a', true);
    await until(() => expect(receiver.revisions).toEqual([1, 3]));
    expect(await ledger.retry('none', false)).toBe(false);
    receiver.answer = () => 410;
    await set(1);
    await until(() =>
      expect(webhooks.status()).toMatchObject([{ state: 'dead', attempts: 1, reason: 'answered with 410' }]),
    );
    await webhooks.close();
    expect(await ledger.forget('a')).toBe(true);
    expect(await ledger.list()).toEqual([]);
  });

  it('tell of changes that the log has lost', async () => {
    const first = await open();
    await set(1);
    await until(() => expect(receiver.taken).toHaveLength(1));
    await first.close();
    await set(1_500);
    const { oldestRevision, logId } = await store.revision();
    const second = await open();
    await until(() => expect(receiver.taken.length).toBe(2 + 1_501 - oldestRevision));
    expect(receiver.taken[1]).toMatchObject({
      type: 'config.gap',
      data: { afterRevision: 1, revision: oldestRevision, logId },
    });
    expect(receiver.taken[2]?.data.revision).toBe(oldestRevision + 1);
    expect(second.status()).toMatchObject([{ gaps: 1 }]);
    await second.close();
    // Another log altogether, as after a restart of a store in memory.
    const other = new MemoryStore();
    await other.connect();
    await store.close();
    store = other;
    await set(2);
    const before = receiver.taken.length;
    await open();
    await until(() => expect(receiver.taken.slice(before)).toMatchObject([{ type: 'config.gap' }, {}, {}]));
  });

  it('send nothing to private addresses, whatever name leads there', async () => {
    const port = new URL(receiver.url).port;
    const answers = ['10.0.0.1', '127.0.0.1'];
    const webhooks = await open(
      { url: `https://hooks.example.com:${port}/`, allowPrivate: false },
      {
        // The name leads somewhere else at each look.
        lookup: (_hostname, _options, done) =>
          done(null, [{ address: answers.reverse()[0] as string, family: 4 }] as never),
        timeoutMs: 50,
      },
    );
    await set(1);
    await until(() => expect(webhooks.status()[0]?.reason).toContain('no public address'));
    await until(() => expect(webhooks.status()[0]?.failed).toBeGreaterThan(3));
    expect(receiver.received).toEqual([]);
    await webhooks.close();
    await sqlLedger(database).forget('a');
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '2130706433', '0x7f.1', '169.254.169.254']) {
      const literal = await open({ url: `https://${host}:${port}/`, allowPrivate: false });
      await set(1);
      await until(() => expect(literal.status()[0]?.reason).toContain('no public address'));
      await literal.close();
    }
  });

  it('follow no redirect, and have the patience that a receiver asks for', async () => {
    await using elsewhere = await Receiver.start();
    receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
    const webhooks = await open();
    await set(1);
    await until(() => expect(webhooks.status()[0]?.reason).toContain('307, a redirect, which is not followed'));
    receiver.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    await until(() => expect(webhooks.status()[0]?.reason).toContain('429'));
    receiver.answer = () => 200;
    // It is bounded by maxBackoffMs.
    await until(() => expect(receiver.revisions).toEqual([1]));
    expect(elsewhere.received).toEqual([]);
  });

  it('have a signature of each secret while one is replaced', async () => {
    await open({ secret: [`whsec_${Buffer.alloc(24, 1).toString('base64')}`, secret] });
    await set(1);
    await until(() => expect(receiver.taken).toHaveLength(1));
  });

  it.each([
    [{ name: 'A b' }, 'targets[0].name must be lower-case letters'],
    [{ secret: 'short' }, 'targets[0].secret must be whsec_'],
    [{ secret: [] }, 'targets[0].secret must be whsec_'],
    [{ secret: 'whsec_c2hvcnQ=' }, 'targets[0].secret must be whsec_'],
    [{ url: 'ftp://x/' }, 'targets[0].url must begin with https:// or http://'],
    [{ url: 'http://x/', allowPrivate: false }, 'targets[0].url must begin with https://'],
    [{ url: 'https://ann:pw@x/' }, 'targets[0].url must not hold a password'],
    [{ namespaces: [] }, 'targets[0].namespaces must not be empty'],
    [{ prefixes: [] }, 'targets[0].prefixes must not be empty'],
  ])('refuse the target %j', async (target, message) => {
    await expect(open(target)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(message),
    });
  });
});
