import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { can, type Entry, isConfigError, Value } from '@cfg/core';
import { isSecret } from '../output/entry-text.js';
import type { Session } from '../program/session.js';
import { declarations } from '../types/declarations.js';
import { named, type Shape, shapeOf, shapeOfHidden } from '../types/shape.js';
import { pages } from './pages.js';

export interface TypesOptions {
  readonly out?: string | undefined;
}

/** Writes the types of a namespace's keys, as of one moment. */
export async function types(session: Session, prefix: string, { out }: TypesOptions): Promise<undefined> {
  session.masks = true;
  const { output, namespace, signal } = session;
  const store = await session.connect();
  const atRevision = can(store, 'revisions') ? (await store.revision(namespace, { signal })).revision : undefined;
  const shapes = new Map<string, Shape>();
  let revision = 0;
  for await (const entries of pages(session, { prefix, atRevision })) {
    for (const entry of entries) {
      shapes.set(entry.key, shapeOfEntry(entry));
      revision = Math.max(revision, entry.revision);
    }
  }
  const text = declarations({ namespace, prefix, revision, shapes });
  if (out === undefined) {
    await output.record({ namespace, prefix, revision, keys: shapes.size, types: text }, () => text.trimEnd());
    return;
  }
  const changed = writeChanged(out, text);
  await output.record({ namespace, prefix, revision, keys: shapes.size, file: out, changed }, () => {
    const keys = shapes.size === 1 ? '1 key' : `${shapes.size} keys`;
    return changed ? `the types of ${keys} are in ${out}` : `${out} has the types of ${keys} already`;
  });
}

function shapeOfEntry(entry: Entry): Shape {
  if (entry.masked || isSecret(entry)) return shapeOfHidden(entry);
  try {
    const { data } = Value.fromEntry(entry);
    // Bytes are of a codec that only the app knows.
    return data instanceof Uint8Array ? named('unknown') : shapeOf(data);
  } catch (error) {
    if (isConfigError(error, 'invalid_value', 'codec_not_found')) return named('unknown');
    throw error;
  }
}

/** Puts the file in place whole, and leaves one that is right alone, so that nothing is built again for it. */
function writeChanged(file: string, text: string): boolean {
  if (contentOf(file) === text) return false;
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text);
  renameSync(fresh, file);
  return true;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
