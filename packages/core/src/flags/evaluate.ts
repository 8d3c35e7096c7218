import { faultOf, isFlag } from './flag.js';
import { type Choice, choose, type FlagContext } from './targeting.js';

/** The evaluation of a flag in one context. */
export type Evaluation =
  | {
      readonly outcome: 'value';
      readonly value: unknown;
      readonly reason: Choice['reason'];
      /** Absent where the flag is a plain value. */
      readonly variant?: string;
    }
  /** The flag is off: the code's own default is used. */
  | { readonly outcome: 'disabled' }
  | {
      readonly outcome: 'fault';
      readonly errorCode: 'PARSE_ERROR' | 'TARGETING_KEY_MISSING';
      readonly message: string;
    };

/**
 * Evaluates a flag: `data` is the decoded value of its key. Never throws; the same in every process and version.
 *
 * @example
 * evaluate('new-checkout', { variants: { on: true, off: false }, default: 'off' }, { targetingKey: 'ann' });
 * // { outcome: 'value', value: false, variant: 'off', reason: 'STATIC' }
 */
export function evaluate(key: string, data: unknown, context: FlagContext): Evaluation {
  if (!isFlag(data)) return { outcome: 'value', value: data, reason: 'STATIC' };
  const fault = faultOf(data);
  if (fault !== undefined) return { outcome: 'fault', errorCode: 'PARSE_ERROR', message: `flag ${key}: ${fault}` };
  if (data.disabled) return { outcome: 'disabled' };
  const choice = choose(key, data, context);
  if (choice === undefined) {
    return { outcome: 'fault', errorCode: 'TARGETING_KEY_MISSING', message: `flag ${key} is split by targetingKey` };
  }
  return { outcome: 'value', value: data.variants[choice.variant], reason: choice.reason, variant: choice.variant };
}
