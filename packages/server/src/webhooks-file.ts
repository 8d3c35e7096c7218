import { readFileSync } from 'node:fs';
import { ConfigError } from '@cfg/core';
import type { WebhooksOptions, WebhookTarget } from '@cfg/webhooks';
import * as v from 'valibot';
import { parse } from 'yaml';
import { reasonOf } from './reason.js';

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const texts = v.array(v.string());
const time = v.optional(v.number());

const schema = v.strictObject({
  state: text,
  timeoutMs: time,
  initialBackoffMs: time,
  maxBackoffMs: time,
  giveUpAfterMs: time,
  leaseMs: time,
  targets: v.array(
    v.strictObject({
      name: text,
      url: text,
      secret: v.union([text, v.array(text)]),
      namespaces: v.optional(texts),
      prefixes: v.optional(texts),
      values: v.optional(v.boolean()),
      allowPrivate: v.optional(v.boolean()),
    }),
  ),
});

/** Who is told of changes. */
export interface WebhooksFile extends Omit<WebhooksOptions, 'ledger' | 'lookup' | 'logger'> {
  /** Where it is kept how far each target has come: `sqlite:PATH` or `postgres://…`. */
  readonly state: string;
}

/** Reads a YAML file. Throws `invalid_argument` with the reason, which never repeats a secret. */
export function readWebhooks(file: string, name: string): WebhooksFile {
  const wrong = (reason: string): ConfigError => new ConfigError('invalid_argument', `${name}: ${file}: ${reason}`);
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    throw wrong(reasonOf(error).split('\n')[0] ?? '');
  }
  const parsed = v.safeParse(schema, content, { abortEarly: true });
  if (!parsed.success) {
    const [{ kind, type, expected, received, message, path }] = parsed.issues;
    const where = v.getDotPath({ path } as never) ?? 'the file';
    if (type === 'strict_object' && expected === 'never') throw wrong(`${where} is not known here`);
    if (kind !== 'schema') throw wrong(`${where} ${message}`);
    throw wrong(received === 'undefined' ? `${where} is missing` : `${where} must be ${expected}`);
  }
  const { targets, ...rest } = parsed.output;
  const secretOf = (secret: string): string => {
    if (!secret.startsWith('file:')) return secret;
    try {
      return readFileSync(secret.slice('file:'.length), 'utf8').trim();
    } catch (error) {
      throw wrong(reasonOf(error));
    }
  };
  const complete = (target: (typeof targets)[number]): WebhookTarget => ({
    ...target,
    secret: typeof target.secret === 'string' ? secretOf(target.secret) : target.secret.map(secretOf),
  });
  return { ...rest, targets: targets.map(complete) };
}
