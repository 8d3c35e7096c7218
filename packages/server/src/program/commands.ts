import { backup } from './backup.js';
import { checkAccess } from './check-access.js';
import type { Command } from './command.js';
import { hashTokenCommand } from './hash-token.js';
import { health } from './health.js';
import { keys } from './keys.js';
import { webhooksCommand } from './webhooks.js';

export const commands: readonly Command[] = [
  {
    name: 'backup',
    value: 'FILE --store sqlite:PATH',
    help: 'copy a SQLite store to a new file, also while servers have it open',
    run: backup,
  },
  {
    name: 'keys',
    value: 'status|rewrap|rotate --store STORE --secrets KEY',
    help: 'the keys that seal secrets: what there is; wrap them by another (--to KEY); replace the data key',
    run: keys,
  },
  {
    name: 'health',
    value: '[settings of the server]',
    help: 'whether the server with these settings is ready, for health checks of containers; exit code 0 or 1',
    run: health,
  },
  {
    name: 'hash-token',
    value: '[--stdin]',
    help: 'make a bearer token and its hash for a policy (--stdin: hash the token on stdin)',
    run: hashTokenCommand,
  },
  {
    name: 'check-access',
    value: '--guard rbac:FILE --as USER ACTION NAMESPACE KEY',
    help: 'whether a user (--role R: or who has it) may do that, and by which rule; exit code 0 or 1',
    run: checkAccess,
  },
  {
    name: 'webhooks',
    value: '--webhooks FILE [retry NAME [--skip] | forget NAME]',
    help: 'how far each target has come; try a dead one again (--skip: without what failed), or forget one; exit code 1 if one is dead',
    run: webhooksCommand,
  },
];
