import { defaultCodecs } from '@cfg/core';
import { evaluate, type FlagContext } from '@cfg/core/flags';
import type { Entry } from '@cfg/proto';

/** The fault of a flag, or of the request for it. */
export interface FlagFailure {
  readonly key: string;
  readonly errorCode: 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'FLAG_NOT_FOUND' | 'GENERAL';
  readonly errorDetails: string;
}

/** One flag for someone, as OFREP has it. Without a value it is off: the code's own default is used. */
export type EvaluatedFlag =
  | FlagFailure
  | {
      readonly key: string;
      readonly value?: unknown;
      readonly reason: string;
      readonly variant?: string | undefined;
      readonly metadata: { readonly version: number; readonly revision?: number | undefined };
    };

/** Evaluates the flag that an entry is. */
export function evaluatedFlag(key: string, entry: Entry, context: FlagContext): EvaluatedFlag {
  const failed = (errorDetails: string): FlagFailure => ({ key, errorCode: 'PARSE_ERROR', errorDetails });
  let data: unknown;
  try {
    data = defaultCodecs().decode(entry.value, entry.codec);
  } catch {
    return failed(`flag ${key}: its value is not valid ${entry.codec}`);
  }
  const evaluation = evaluate(key, data, context);
  if (evaluation.outcome === 'fault') return { key, errorCode: evaluation.errorCode, errorDetails: evaluation.message };
  const metadata = { version: entry.version, revision: entry.revision || undefined };
  if (evaluation.outcome === 'disabled') return { key, reason: 'DISABLED', metadata };
  const { value, reason, variant } = evaluation;
  if (!isFlagValue(value)) return failed(`flag ${key}: no flag can have this value`);
  return { key, value, reason, variant, metadata };
}

const plain: ReadonlySet<unknown> = new Set([Object.prototype, Array.prototype, null]);

/** Whether it is data that JSON can say: neither bytes nor a secret. */
const isFlagValue = (value: unknown): boolean =>
  ['boolean', 'string', 'number', 'bigint'].includes(typeof value) ||
  (typeof value === 'object' && value !== null && plain.has(Object.getPrototypeOf(value)));
