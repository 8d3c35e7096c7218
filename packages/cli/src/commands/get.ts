import type { Entry } from '@cfg/core';
import { entryJson, isSecret, type Shown, valueText } from '../output/entry-text.js';
import { safeText } from '../output/safe-text.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';

export interface GetOptions extends Shown {
  readonly atRevision?: number | undefined;
  readonly atVersion?: number | undefined;
  readonly raw?: true | undefined;
}

export async function get(session: Session, key: string, options: GetOptions): Promise<undefined> {
  session.masks = !options.reveal;
  const { output } = session;
  if (options.raw && output.json) throw new UsageError('--raw and --json exclude each other');
  const entry = await read(session, key, options);
  if (options.raw) {
    if (isSecret(entry) && !options.reveal) throw new UsageError('it is a secret: --raw needs --reveal');
    return output.write(entry.bytes) as Promise<undefined>;
  }
  const text = (): string => {
    const value = valueText(entry, options);
    return output.isTerminal ? safeText(value, { lines: true }) : value;
  };
  await output.record(entryJson(entry, options), text);
}

async function read(session: Session, key: string, { atRevision, atVersion }: GetOptions): Promise<Entry> {
  const { namespace, signal } = session;
  if (atRevision !== undefined && atVersion !== undefined) {
    throw new UsageError('--at-revision and --at-version exclude each other');
  }
  const store = await session.connect();
  if (atVersion === undefined) return store.get(namespace, key, { atRevision, signal });
  return readVersion(session, key, atVersion);
}

/** That version of the key, also of one that is deleted where the server can tell it. */
export async function readVersion(session: Session, key: string, version: number): Promise<Entry> {
  const store = await session.connect();
  const page = await store.versions(session.namespace, key, { version }, { signal: session.signal });
  return page.entries[0] as Entry;
}
