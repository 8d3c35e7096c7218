/** A value that a flag can have. */
export type FlagValue = boolean | string | number | { readonly [name: string]: unknown } | readonly unknown[];

/** A rule's condition on one attribute: it equals this value, is one of these, or satisfies all of these operators. */
export type Test =
  | string
  | number
  | boolean
  | readonly (string | number | boolean)[]
  | {
      readonly not?: string | number | boolean | readonly (string | number | boolean)[];
      readonly startsWith?: string;
      readonly endsWith?: string;
      readonly contains?: string;
      readonly gt?: number | string;
      readonly gte?: number | string;
      readonly lt?: number | string;
      readonly lte?: number | string;
      readonly exists?: boolean;
    };

/** Serves one variant, or splits between several, where all attributes are as `when` wants them. */
export interface Rule {
  /** Attributes of the evaluation's context, nested ones with dots. Absent: for all. */
  readonly when?: Readonly<Record<string, Test>>;
  readonly variant?: string;
  /** Variant to weight. By the targeting key: the same one always gets the same variant. */
  readonly split?: Readonly<Record<string, number>>;
  /** A seed of the split: two flags with the same seed split alike. Default: the flag's key. */
  readonly seed?: string;
}

/** A flag: the value of a key. A value without `variants` is a flag that is always that. */
export interface Flag {
  readonly variants: Readonly<Record<string, FlagValue>>;
  /** The variant where no rule applies. */
  readonly default: string;
  /** The first that applies. */
  readonly rules?: readonly Rule[];
  /** Off: the code's own default is used. */
  readonly disabled?: boolean;
}

const isObject = (data: unknown): data is Record<string, unknown> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** Whether the data is meant to be a flag with variants rather than a plain value. */
export const isFlag = (data: unknown): data is Flag => isObject(data) && 'variants' in data;

/** The fault of a flag in words; `undefined`: none. */
export function faultOf({ variants, default: byDefault, rules = [] }: Flag): string | undefined {
  if (!isObject(variants) || Object.keys(variants).length === 0) return 'variants must be an object with at least one';
  const unknown = (variant: unknown): boolean => typeof variant !== 'string' || !Object.hasOwn(variants, variant);
  if (unknown(byDefault)) return 'default must be the name of a variant';
  if (!Array.isArray(rules)) return 'rules must be an array';
  for (const [i, rule] of rules.entries()) {
    const at = `rules[${i}]`;
    if (!isObject(rule)) return `${at} must be an object`;
    const { when, variant, split } = rule as Rule;
    if (when !== undefined && !isObject(when)) return `${at}.when must be an object`;
    if ((variant === undefined) === (split === undefined)) return `${at} must have either variant or split`;
    if (variant !== undefined && unknown(variant)) return `${at}.variant must be the name of a variant`;
    if (split === undefined) continue;
    if (!isObject(split)) return `${at}.split must be an object`;
    const weights = Object.entries(split);
    const stranger = weights.find(([name]) => unknown(name));
    if (stranger !== undefined) return `${at}.split.${stranger[0]} is not the name of a variant`;
    if (
      !weights.every(([, weight]) => typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY)
    ) {
      return `${at}.split must have weights from 0`;
    }
    if (!weights.some(([, weight]) => weight > 0)) return `${at}.split must have a weight above 0`;
  }
  return undefined;
}
