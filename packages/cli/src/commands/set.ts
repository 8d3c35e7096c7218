import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Secret, Value, type WriteMode } from '@cfg/core';
import { entryJson } from '../output/entry-text.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';
import { textOf, valueOfText } from '../values.js';

export interface SetOptions {
  readonly file?: string | undefined;
  readonly string?: true | undefined;
  readonly codec?: string | undefined;
  readonly ttl?: number | undefined;
  readonly create?: true | undefined;
  readonly update?: true | undefined;
  readonly ifVersion?: number | undefined;
  readonly comment?: string | undefined;
}

export async function set(
  session: Session,
  key: string,
  text: string | undefined,
  options: SetOptions,
): Promise<undefined> {
  const { output, namespace, signal } = session;
  const { ttl: ttlMs, ifVersion, comment } = options;
  const value = await readValue(text, options);
  const mode: WriteMode = options.create ? 'create' : options.update ? 'update' : 'upsert';
  const store = await session.connect();
  const entry = await store.set(namespace, key, value, { mode, ttlMs, ifVersion, comment, signal });
  await output.record(entryJson(entry), () => `${namespace}/${key} is at version ${entry.version}`);
}

const codecsByEnding: Readonly<Record<string, string>> = { json: 'json', yaml: 'yaml', yml: 'yaml', toml: 'toml' };

async function readValue(text: string | undefined, { file, string, codec }: SetOptions): Promise<Value> {
  if ((text === undefined) === (file === undefined)) throw new UsageError('say the value, or a --file that has it');
  if (string && codec !== undefined && codec !== 'json')
    throw new UsageError('--string and --codec exclude each other');
  const bytes = file === undefined ? Buffer.from(text ?? '') : await contentOf(file);
  const named = codec ?? codecsByEnding[/\.(\w+)$/.exec(file ?? '')?.[1] ?? ''];
  if (codec === 'secret') return Value.of(new Secret(textOf(bytes)), { codec });
  if (string) return Value.of(textOf(bytes));
  if (named !== undefined) return Value.fromBytes(bytes, { codec: named });
  return valueOfText(bytes);
}

async function contentOf(file: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    throw new UsageError(`--file: ${(error as Error).message}`);
  }
}
