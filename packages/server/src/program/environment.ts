import { flags, variableOf } from './flags.js';
import type { Written } from './sources.js';
import { closest, UsageError } from './usage-error.js';

/** The variable that names a configuration file. */
export const configVariable = 'CFG_CONFIG';

/**
 * What the environment sets; an empty variable counts as none. Variables that look like a slip in one of ours are
 * refused; other CFG_ ones may be another program's.
 */
export function fromEnvironment(env: NodeJS.ProcessEnv): Written[] {
  const ours = [...flags.map(({ name }) => variableOf(name)), configVariable];
  for (const name of Object.keys(env)) {
    const meant = name.startsWith('CFG_') && !ours.includes(name) ? closest(name, ours) : undefined;
    if (meant !== undefined) throw new UsageError(`unknown variable ${name}; did you mean ${meant}?`);
  }
  return flags.flatMap((flag) => {
    const where = variableOf(flag.name);
    const value = env[where];
    return value === undefined || value === '' ? [] : [{ flag, value, where }];
  });
}
