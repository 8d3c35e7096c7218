import { describe, expect, it } from 'vitest';
import { Change } from '../contract/change.js';
import { Entry } from '../contract/entry.js';
import type { WatchFilter } from '../contract/filter.js';
import type { ChangeStream } from '../contract/store.js';
import { ChangeLog, type ChangeLogOptions } from './change-log.js';

const change = (revision: number, namespace = 'ns', key = `k${revision}`, size = 1): Change =>
  new Change(
    'set',
    new Entry({
      namespace,
      key,
      bytes: new Uint8Array(size),
      codec: 'raw',
      type: 'custom',
      version: 1,
      revision,
      createdAtMs: 0,
      updatedAtMs: 0,
    }),
  );

/** A log with a store's log behind it, which can be cut. */
class Fixture {
  readonly stored: Change[] = [];
  reads = 0;
  readonly log: ChangeLog;

  constructor(options: Partial<ChangeLogOptions> = {}) {
    const read = (after: number, limit: number): Change[] => {
      this.reads += 1;
      return this.stored.filter((one) => one.revision > after).slice(0, limit);
    };
    this.log = new ChangeLog({ logId: 'log', capacity: 8, read, ...options });
  }

  write(count: number, namespace?: string): void {
    const changes = Array.from({ length: count }, (_, i) => change(this.log.revision + 1 + i, namespace));
    this.stored.push(...changes);
    this.log.append(changes);
  }
}

const read = async (stream: ChangeStream, count: number): Promise<number[]> => {
  const revisions: number[] = [];
  while (revisions.length < count) {
    const result = await stream.next();
    if (result.done) break;
    revisions.push(result.value.revision);
  }
  return revisions;
};

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a change log', () => {
  it('reads from the store what has left the ring', async () => {
    const fixture = new Fixture();
    const slow = fixture.log.watch();
    fixture.write(300);
    expect(await read(slow, 300)).toEqual(upTo(300));
    expect(fixture.reads).toBeGreaterThan(0);
    fixture.write(1);
    expect(await read(slow, 1)).toEqual([301]);
  });

  it('lets those who are behind at the same place share the pages that they read', async () => {
    const fixture = new Fixture();
    const streams = Array.from({ length: 50 }, () => fixture.log.watch());
    fixture.write(640);
    for (const stream of streams) expect(await read(stream, 640)).toEqual(upTo(640));
    expect(fixture.reads).toBeLessThan(2 * (640 / 16));
  });

  it('answers whole even when its pages are forgotten at once', async () => {
    const fixture = new Fixture({ maxBytes: 2_000 });
    const stream = fixture.log.watch();
    fixture.write(200);
    expect(await read(stream, 200)).toEqual(upTo(200));
  });

  it('survives a batch that is larger than the ring, for one who waits', async () => {
    const fixture = new Fixture();
    const stream = fixture.log.watch();
    const waiting = read(stream, 100);
    await Promise.resolve();
    fixture.write(100);
    expect(await waiting).toEqual(upTo(100));
  });

  it('tells one who fell behind what is compacted that it is', async () => {
    const fixture = new Fixture();
    const stream = fixture.log.watch();
    fixture.write(100);
    fixture.stored.splice(0, 50);
    fixture.log.compactedTo(50);
    await expect(stream.next()).rejects.toMatchObject({
      code: 'revision_compacted',
      metadata: { oldest_revision: '50' },
    });
    expect(await stream.next()).toMatchObject({ done: true });
    await expect(fixture.log.watch({}, { startRevision: 49 }).next()).rejects.toMatchObject({
      code: 'revision_compacted',
    });
    expect(await read(fixture.log.watch({}, { startRevision: 50 }), 50)).toEqual(upTo(100, 51));
  });

  it('without a store behind it, ends one who is overrun', async () => {
    const log = new ChangeLog({ logId: 'log', capacity: 8 });
    const stream = log.watch();
    log.append(upTo(20).map((revision) => change(revision)));
    await expect(stream.next()).rejects.toMatchObject({ code: 'revision_compacted' });
  });

  it('keeps the ring within its weight', async () => {
    const fixture = new Fixture({ capacity: 1_000, maxBytes: 100_000 });
    const big = Array.from({ length: 100 }, (_, i) => change(i + 1, 'ns', 'k', 20_000));
    fixture.stored.push(...big);
    fixture.log.append(big);
    expect(await read(fixture.log.watch({}, { startRevision: 0 }), 100)).toEqual(upTo(100));
    expect(fixture.reads).toBeGreaterThan(0);
  });

  it('moves one who waits on past what does not match', async () => {
    const fixture = new Fixture();
    const stream = fixture.log.watch({ namespaces: ['wanted'] });
    const waiting = stream.next();
    for (let i = 0; i < 100; i += 1) fixture.write(1, 'other');
    fixture.write(1, 'wanted');
    expect(await waiting).toMatchObject({ value: { revision: 101 } });
    expect(fixture.reads).toBe(0);
  });

  it('tells who asked of the revisions that did not match, and only then', async () => {
    const fixture = new Fixture({ progressIntervalMs: 10 });
    const stream = fixture.log.watch({ namespaces: ['wanted'] }, { progress: true });
    expect(await stream.next()).toMatchObject({ value: { type: 'progress', revision: 0, logId: 'log' } });
    const waiting = stream.next();
    fixture.write(5, 'other');
    expect(await waiting).toMatchObject({ value: { type: 'progress', revision: 5 } });
    const quiet = await Promise.race([stream.next(), new Promise((resolve) => setTimeout(resolve, 50, 'quiet'))]);
    expect(quiet).toBe('quiet');
    stream.close();
  });

  it('ends all watches when it closes, and those to come', async () => {
    const fixture = new Fixture();
    const waiting = fixture.log.watch().next();
    const error = new Error('gone');
    fixture.log.close(error);
    await expect(waiting).rejects.toBe(error);
    await expect(fixture.log.watch().next()).rejects.toBe(error);
  });

  it('refuses a change out of order', () => {
    const fixture = new Fixture();
    expect(() => fixture.log.append([change(2)])).toThrow(RangeError);
  });
});

describe('what a change costs', () => {
  const filters: [string, WatchFilter][] = [
    ['another namespace', { namespaces: ['other'] }],
    ['another prefix', { namespaces: ['ns'], prefixes: ['x/', 'y'] }],
    ['another prefix in any namespace', { prefixes: ['x/'] }],
  ];
  for (const [name, filter] of filters) {
    it(`does not wake or ask a watcher of ${name}`, () => {
      const fixture = new Fixture();
      let asked = 0;
      const stream = fixture.log.watch(filter) as ChangeStream & { wake(revision: number): void };
      stream.wake = () => {
        asked += 1;
      };
      fixture.write(100, 'ns');
      expect(asked).toBe(0);
    });
  }
});
