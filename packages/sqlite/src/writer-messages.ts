import { type CompactionState, ConfigError, type ErrorCode, isConfigError } from '@cfg/core';
import type { DataKeys, Operation, PlainCommit } from '@cfg/core/store';
import { FileDamage } from './fault.js';

/** A request to the writer thread. It answers in the order of the requests. */
export type Request =
  | { readonly do: 'open' }
  | { readonly do: 'commit'; readonly operations: readonly Operation[]; readonly nowMs: number }
  | { readonly do: 'upkeep'; readonly nowMs: number }
  | { readonly do: 'probe' }
  | { readonly do: 'load'; readonly keys: DataKeys }
  | { readonly do: 'close' };

export type Reply =
  | {
      readonly done: true;
      readonly commit?: PlainCommit;
      readonly more?: boolean;
      readonly compaction?: CompactionState;
    }
  | { readonly done: false; readonly fault: PlainFault };

/** An error as plain data: what a structured clone of an error leaves out is what tells SQLite's apart. */
export type PlainFault =
  | { readonly is: 'damage'; readonly what: string }
  | { readonly is: 'refusal'; readonly code: ErrorCode; readonly message: string }
  | { readonly is: 'other'; readonly code: unknown; readonly errcode: unknown; readonly message: string };

export function toPlainFault(error: unknown): PlainFault {
  if (error instanceof FileDamage) return { is: 'damage', what: error.what };
  if (isConfigError(error)) return { is: 'refusal', code: error.code, message: error.message };
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  return { is: 'other', code, errcode, message: error instanceof Error ? error.message : String(error) };
}

export function fromPlainFault(fault: PlainFault): Error {
  if (fault.is === 'damage') return new FileDamage(fault.what);
  if (fault.is === 'refusal') return new ConfigError(fault.code, fault.message);
  const { code, errcode, message } = fault;
  return Object.assign(new Error(message), { code, errcode });
}
