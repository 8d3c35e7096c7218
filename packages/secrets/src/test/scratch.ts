import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EncodedValue, SecretPolicy } from '@cfg/core';
import { SqliteStore } from '@cfg/sqlite';
import { onTestFinished } from 'vitest';
import { type KeyWrapper, localKey, sealSecrets } from '../index.js';
import { patterns } from './patterns.js';

/** A directory of its own, which is gone after the test. */
export function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cfg-secrets-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A file with a new key. */
export function newKeyFile(path: string): string {
  writeFileSync(path, randomBytes(32).toString('base64'), { mode: 0o600 });
  return path;
}

export const newKey = (): KeyWrapper => localKey(randomBytes(32));

export const policy: SecretPolicy = new SecretPolicy(patterns);

/** A connected store, which is closed after the test. */
export async function openSealed(
  path: string,
  wrapper: KeyWrapper,
  secrets: readonly string[] = patterns,
): Promise<SqliteStore> {
  const sealing = sealSecrets({ wrapper, secrets, pollIntervalMs: 20 });
  const store = new SqliteStore(path, { sealing, pollIntervalMs: 20 });
  onTestFinished(() => store.close());
  await store.connect();
  return store;
}

export const text = (value: string): EncodedValue => ({ bytes: Buffer.from(value), codec: 'raw', type: 'custom' });

export const textOf = (value: EncodedValue): string => Buffer.from(value.bytes).toString();
