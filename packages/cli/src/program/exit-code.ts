/** The program's exit codes and their meanings. Part of its interface: a code keeps its meaning. */
export const exitCodes = {
  done: 0,
  /** The server refused, could not be reached, or something failed. */
  failed: 1,
  /** Wrong flags or arguments, a name that no key can have. */
  usage: 2,
  /** No such key, version, alias or profile. */
  notFound: 3,
  /** Somebody else was there first: a compare-and-set, a create of what exists. */
  conflict: 4,
  /** Only with `--exit-code`: there are differences. */
  differences: 5,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
