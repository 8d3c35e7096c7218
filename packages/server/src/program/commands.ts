import type { Command } from './command.js';

/** Each loads what it needs when it runs. */
export const commands: readonly Command[] = [
  {
    name: 'backup',
    value: 'FILE --store sqlite:PATH',
    help: 'copy a SQLite store to a new file, also while servers have it open',
    run: async (args) => (await import('./backup.js')).backup(args),
  },
  {
    name: 'restore',
    value: 'FILE --store sqlite:PATH [--replace]',
    help: 'make a SQLite store from a backup (--replace: in the place of one that no server has open, which is kept)',
    run: async (args) => (await import('./restore.js')).restore(args),
  },
  {
    name: 'check',
    value: '--store sqlite:PATH',
    help: 'read a whole SQLite store, and say whether it is sound, also while servers have it open; exit code 0 or 1',
    run: async (args) => (await import('./check.js')).check(args),
  },
  {
    name: 'copy',
    value: '--from STORE --to STORE [--from-secrets KEY] [--to-secrets KEY]',
    help: 'copy a whole store, history and all: sqlite:PATH, postgres://…, from a running server grpc://HOST:PORT (CFG_TOKEN)',
    run: async (args) => (await import('./copy.js')).copy(args),
  },
  {
    name: 'keys',
    value: 'status|rewrap|rotate --store STORE --secrets KEY',
    help: 'the keys that seal secrets: what there is; wrap them by another (--to KEY); replace the data key',
    run: async (args) => (await import('./keys.js')).keys(args),
  },
  {
    name: 'health',
    value: '[settings of the server]',
    help: 'whether the server with these settings is ready, for health checks of containers; exit code 0 or 1',
    run: async (args) => (await import('./health.js')).health(args),
  },
  {
    name: 'hash-token',
    value: '[--stdin]',
    help: 'make a bearer token and its hash for a policy (--stdin: hash the token on stdin)',
    run: async (args) => (await import('./hash-token.js')).hashTokenCommand(args),
  },
  {
    name: 'check-access',
    value: '--guard rbac:FILE --as USER ACTION NAMESPACE KEY',
    help: 'whether a user (--role R: or who has it) may do that, and by which rule; exit code 0 or 1',
    run: async (args) => (await import('./check-access.js')).checkAccess(args),
  },
  {
    name: 'webhooks',
    value: '--webhooks FILE [retry NAME [--skip] | forget NAME]',
    help: 'how far each target has come; try a dead one again (--skip: without what failed), or forget one; exit code 1 if one is dead',
    run: async (args) => (await import('./webhooks.js')).webhooksCommand(args),
  },
];
