import { describe, expect, it, vi } from 'vitest';
import { Change } from '../contract/change.js';
import { Entry } from '../contract/entry.js';
import type { ChangeStream } from '../contract/store.js';
import { ChangeLog } from './change-log.js';

const change = (revision: number, namespace = 'ns'): Change =>
  new Change(
    'set',
    new Entry({
      ...{ namespace, key: `k${revision}`, bytes: new Uint8Array(1), codec: 'raw', type: 'custom' },
      ...{ version: 1, revision, createdAtMs: 0, updatedAtMs: 0 },
    }),
  );

function taken(stream: ChangeStream): number[] {
  const revisions: number[] = [];
  for (let event = stream.take?.(); event !== undefined; event = stream.take?.()) revisions.push(event.revision);
  return revisions;
}

describe('a reader that takes what is at hand', () => {
  it('is told once that there is something, and finds everything that came meanwhile', () => {
    const log = new ChangeLog({ logId: 'log' });
    const stream = log.watch({ namespaces: ['ns'] });
    const ready = vi.fn();
    expect(stream.whenReady?.(ready)).toBe(true);
    log.append([change(1, 'other')]);
    expect(ready).not.toHaveBeenCalled();
    log.append([change(2)]);
    log.append([change(3), change(4, 'other'), change(5)]);
    expect(ready).toHaveBeenCalledTimes(1);
    expect(taken(stream)).toEqual([2, 3, 5]);
    expect(stream.whenReady?.(ready)).toBe(true);
    log.append([change(6)]);
    expect(ready).toHaveBeenCalledTimes(2);
    expect(taken(stream)).toEqual([6]);
  });

  it('is told to ask next() where something is to be read from elsewhere', async () => {
    const stored = [1, 2, 3, 4].map((revision) => change(revision));
    const log = new ChangeLog({ logId: 'log', capacity: 2, read: (after) => stored.slice(after) });
    const stream = log.watch();
    log.append(stored);
    expect(taken(stream)).toEqual([]);
    expect(stream.whenReady?.(() => {})).toBe(false);
    expect(await stream.next()).toMatchObject({ value: { revision: 1 } });
    expect(await stream.next()).toMatchObject({ value: { revision: 2 } });
    expect(taken(stream)).toEqual([3, 4]);
  });

  it('is told of progress, and of the end', async () => {
    vi.useFakeTimers();
    const log = new ChangeLog({ logId: 'log', progressIntervalMs: 10 });
    const stream = log.watch({ namespaces: ['ns'] }, { progress: true });
    expect(stream.take?.()).toMatchObject({ type: 'progress', revision: 0 });
    const ready = vi.fn();
    stream.whenReady?.(ready);
    log.append([change(1, 'other')]);
    vi.advanceTimersByTime(10);
    vi.useRealTimers();
    expect(ready).toHaveBeenCalledTimes(1);
    expect(stream.take?.()).toMatchObject({ type: 'progress', revision: 1 });
    stream.whenReady?.(ready);
    log.close(new Error('gone'));
    expect(ready).toHaveBeenCalledTimes(2);
    expect(stream.take?.()).toBeUndefined();
    expect(stream.whenReady?.(ready)).toBe(false);
    await expect(stream.next()).rejects.toThrow('gone');
  });
});
