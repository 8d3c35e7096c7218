import { describe, expect, it } from 'vitest';
import { Change, type WatchEvent } from '../contract/change.js';
import { Entry } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import { Backoff } from '../util/backoff.js';
import type { Position } from './position.js';
import { type Begun, resumed } from './resume.js';

const set = (revision: number): WatchEvent => {
  const entry = { namespace: 'ns', key: 'k', bytes: '1', codec: 'json', type: 'int', version: 1 } as const;
  return new Change('set', new Entry({ ...entry, revision, createdAtMs: 0, updatedAtMs: 0 }));
};
const progress = (revision: number): WatchEvent => ({ type: 'progress', revision, logId: 'log' });
const begun: Begun = { type: 'begun', resumed: false };
const lost = new ConfigError('unavailable', 'lost');

/** Runs `calls` one after the other, each until it is over; returns what is told, and where each call began. */
async function run(calls: readonly (readonly (WatchEvent | Begun | Error)[])[], from?: Position) {
  const told: string[] = [];
  const starts: (Position | undefined)[] = [];
  const backoff = new Backoff({ initialMs: 0.01, maxMs: 0.01 });
  const events = resumed({
    from,
    backoff,
    signal: new AbortController().signal,
    async *open(position) {
      starts.push(position);
      for (const event of calls[starts.length - 1] ?? [new ConfigError('closed', 'over')]) {
        if (event instanceof Error) throw event;
        yield event;
      }
    },
    onLost(error, position) {
      told.push(`lost ${backoff.failures}`);
      if (error instanceof ConfigError && error.code === 'closed') throw error;
      return position;
    },
  });
  await expect(async () => {
    for await (const event of events) {
      told.push(event.type === 'begun' ? `begun ${event.resumed}` : `${event.type} ${event.revision}`);
    }
  }).rejects.toThrow('over');
  return { told, starts };
}

describe('resumed', () => {
  it('goes on from the last revision that was told', async () => {
    const { told, starts } = await run([[begun, progress(3), set(4), lost], [lost], [begun, set(5), progress(7)]]);
    expect(told).toEqual([
      ...['begun false', 'progress 3', 'set 4', 'lost 1', 'lost 2'],
      ...['begun true', 'set 5', 'progress 7', 'lost 1', 'lost 2'],
    ]);
    const at = (revision: number): Position => ({ revision, logId: 'log' });
    expect(starts).toEqual([undefined, at(4), at(4), at(7)]);
  });

  it('begins where it is told to, and has no place to go on from where none was told', async () => {
    const from = { revision: 9, logId: 'log' };
    expect((await run([[begun, lost]], from)).starts).toEqual([from, from]);
    expect((await run([[begun, lost]])).starts).toEqual([undefined, undefined]);
  });

  it('counts anew where the server says that it cannot go on from there: it is within reach', async () => {
    const compacted = new ConfigError('revision_compacted', 'another log');
    const { told } = await run([[lost], [lost], [lost], [compacted], [lost]]);
    expect(told).toEqual(['lost 1', 'lost 2', 'lost 3', 'lost 1', 'lost 2', 'lost 3']);
  });

  it('takes a watch that ends for one that is lost', async () => {
    expect((await run([[begun, progress(1)]])).told).toEqual(['begun false', 'progress 1', 'lost 1', 'lost 2']);
  });
});
