import { setTimeout as sleep } from 'node:timers/promises';
import type { RemoteStore } from '@cfg/client';
import type { Change, EncodedValue } from '@cfg/core';
import type { PostgresStore } from '@cfg/postgres';
import type { SqliteStore } from '@cfg/sqlite';
import { expect } from 'vitest';

const number = (data: number): EncodedValue => ({ bytes: Buffer.from(String(data)), codec: 'json', type: 'int' });

/** Writes that were acknowledged: the revision of each change, and what it wrote. */
export class Acknowledged {
  readonly #lines = new Map<number, string>();

  add(revision: number, key: string, value: number): void {
    this.#lines.set(revision, `${key}=${value}`);
  }

  /** Expects each to be among the changes. */
  expectIn(changes: ReadonlyMap<number, string>): number {
    for (const [revision, line] of this.#lines)
      expect(`${revision} ${changes.get(revision)}`).toBe(`${revision} ${line}`);
    return this.#lines.size;
  }
}

/** Writes until the server is gone, single keys and batches of three. */
export async function write(store: RemoteStore, name: string, acknowledged: Acknowledged): Promise<void> {
  for (let n = 0; ; n += 1) {
    try {
      if (n % 2 === 0) {
        const { revision } = await store.set('crash', name, number(n));
        acknowledged.add(revision, name, n);
      } else {
        const keys = [`${name}/a`, `${name}/b`, `${name}/c`];
        const set = keys.map((key) => ({ type: 'set' as const, key, value: number(n) }));
        const { firstRevision } = await store.batch('crash', set);
        for (const [index, key] of keys.entries()) acknowledged.add(firstRevision + index, key, n);
      }
    } catch {
      return;
    }
  }
}

/** Writes single keys until told to stop, whatever fails meanwhile: a worker that is killed takes its calls with it. */
export async function writeOn(
  store: RemoteStore,
  name: string,
  acknowledged: Acknowledged,
  stop: AbortSignal,
): Promise<void> {
  for (let n = 0; !stop.aborted; n += 1) {
    await store.set('crash', name, number(n), { signal: stop }).then(
      ({ revision }) => acknowledged.add(revision, name, n),
      () => sleep(5),
    );
  }
}

/** Reads what the log has after `revision`, as a watcher does that resumes there. */
export async function readLog(store: SqliteStore | PostgresStore, revision: number): Promise<Change[]> {
  const head = (await store.revision()).revision;
  const stream = store.watch({}, { startRevision: revision });
  const changes: Change[] = [];
  while (revision + changes.length < head) changes.push((await stream.next()).value as Change);
  stream.close();
  return changes;
}

/** The log of a store that is stopped and opened again, whose changes are checked as they come. */
export class LoggedChanges {
  /** By revision: the key, and the value that it got. */
  readonly lines: Map<number, string> = new Map();

  /** Reads on, and expects revisions without a hole or a repeat, whole batches of three, and entries as the log has them. */
  async add(store: SqliteStore | PostgresStore): Promise<void> {
    const changes = await readLog(store, this.lines.size);
    for (const [index, change] of changes.entries()) {
      expect(change.revision).toBe(this.lines.size + 1);
      this.lines.set(change.revision, `${change.entry.key}=${Buffer.from(change.entry.bytes)}`);
      // A batch is a run of three, and never ends before its last.
      if (change.more) expect(changes[index + 1]).toBeDefined();
      if (change.entry.key.endsWith('/a')) {
        expect([change, changes[index + 1], changes[index + 2]].map((each) => each?.more)).toEqual([true, true, false]);
      }
    }
    const page = await store.find('crash');
    for (const { key, bytes, revision } of page.entries) {
      // A database that goes on may have committed since then whatever the server had sent.
      if (revision <= this.lines.size) expect(this.lines.get(revision)).toBe(`${key}=${Buffer.from(bytes)}`);
    }
  }
}
