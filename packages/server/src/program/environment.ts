import { closest } from '../suggestion.js';
import { flags, variableOf } from './flags.js';
import type { Written } from './sources.js';
import { UsageError } from './usage-error.js';

/** The variable that names a configuration file. */
export const configVariable: string = variableOf('config');

/**
 * The settings from the environment; an empty variable counts as none. Variables that look like a slip in one of ours are
 * refused; other CFG_ ones may be another program's.
 */
export function fromEnvironment(env: NodeJS.ProcessEnv): Written[] {
  for (const name of Object.keys(env)) {
    if (name.startsWith(prefix)) checkName(name.slice(prefix.length));
  }
  return flags.flatMap((flag) => {
    const where = variableOf(flag.name);
    const value = env[where];
    return value === undefined || value === '' ? [] : [{ flag, value, where }];
  });
}

const prefix = variableOf('');
const names = [...flags.map(({ name }) => variableOf(name)), configVariable].map((name) => name.slice(prefix.length));

function checkName(name: string): void {
  const meant = names.includes(name) ? undefined : closest(name, names);
  if (meant !== undefined) throw new UsageError(`unknown variable ${prefix}${name}; did you mean ${prefix}${meant}?`);
}
