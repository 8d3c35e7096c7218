import { ConfigError } from '../contract/errors.js';
import { printable } from '../contract/names.js';

/** The names of a kind of options, all of them: one that is added to the type is missed here by the compiler. */
export type OptionNames<T> = { readonly [Name in keyof Required<T>]: true };

/**
 * Throws `invalid_argument` unless `options` are an object with these names alone: a misspelt option would be as if it had not
 * been given. `what` takes the options; those within another option have its name and a dot as their `place`.
 */
export function checkOptions<T extends object>(
  what: string,
  options: T,
  names: OptionNames<T>,
  place: string = '',
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const subject = place === '' ? `the options of ${what}` : `option ${place.slice(0, -1)}`;
    throw new ConfigError('invalid_argument', `${subject} must be an object`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const text = `option ${place}${printable(name)} is not an option of ${what}, which has`;
    throw new ConfigError('invalid_argument', `${text} ${place}${Object.keys(names).join(`, ${place}`)}`);
  }
}
