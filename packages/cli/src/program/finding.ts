import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { Act } from './act.js';
import { ordinal } from './numbers.js';
import { time } from './times.js';

/** Defines the commands that find keys by a text, and who wrote them. */
export function defineFinding(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Read:');

  program
    .command('search')
    .description('find keys by a text in their names or values, those changed last first')
    .argument('<text>', 'upper and lower case are the same')
    .addOption(new Option('--in <place>', 'where to look (default: both)').choices(['keys', 'values'] as const))
    .option('--prefix <prefix>', 'only keys that begin with this')
    .option('--limit <n>', 'at most so many', ordinal)
    .option('--all-namespaces', 'in every namespace')
    .action((text, options) =>
      act(async (session) => (await import('../commands/search.js')).search(session, text, options)),
    );

  program
    .command('audit')
    .description('list who changed what, newest first')
    .option('--user <name>', 'only changes of this user')
    .option('--key <key>', 'only changes of this key')
    .addOption(
      new Option('--operation <name>', 'only changes of this kind').choices([
        'set',
        'delete',
        'alias_set',
        'alias_delete',
      ] as const),
    )
    .option('--since <time>', 'from this time on: 2026-11-26T09:30Z, or 2h for two hours ago', time)
    .option('--until <time>', 'before this time', time)
    .option('--limit <n>', 'at most so many', ordinal)
    .option('--all-namespaces', 'of every namespace, and of aliases')
    .action((options) => act(async (session) => (await import('../commands/audit.js')).audit(session, options)));
}
