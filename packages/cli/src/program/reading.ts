import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Act } from './act.js';
import { count, ordinal } from './numbers.js';

/** Defines the commands that read. */
export function defineReading(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Read:');

  program
    .command('get')
    .description('print a value: a text as it is, any other as it was written')
    .argument('<key>')
    .option('--at-revision <revision>', 'as it was at this revision', ordinal)
    .option('--at-version <n>', 'this version of it', ordinal)
    .option('--raw', 'its bytes exactly, without a line break after them')
    .option('--reveal', 'show a secret')
    .action((key, options) => act(async (session) => (await import('../commands/get.js')).get(session, key, options)));

  program
    .command('list')
    .description('list keys and values')
    .argument('[prefix]', 'only keys that begin with this', '')
    .option('--at-revision <revision>', 'as they were at this revision', ordinal)
    .option('--limit <n>', 'at most so many', ordinal)
    .option('--deleted', 'also deleted keys')
    .option('--keys', 'only the keys')
    .option('--reveal', 'show secrets')
    .action((prefix, options) =>
      act(async (session) => (await import('../commands/list.js')).list(session, prefix, options)),
    );

  program
    .command('watch')
    .description('print changes as they come, until Ctrl-C')
    .argument('[prefix]', 'only keys that begin with this', '')
    .option('--from <revision>', 'first the changes after this revision', count)
    .option('--limit <n>', 'end after so many changes', ordinal)
    .option('--all-namespaces', 'of every namespace, and of aliases')
    .option('--reveal', 'show secrets')
    .action((prefix, options) =>
      act(async (session) => (await import('../commands/watch.js')).watch(session, prefix, options)),
    );

  program
    .command('history')
    .description('list the versions of a key, newest first')
    .argument('<key>')
    .option('--limit <n>', 'at most so many', ordinal)
    .option('--reveal', 'show secrets')
    .action((key, options) =>
      act(async (session) => (await import('../commands/history.js')).history(session, key, options)),
    );

  program
    .command('diff')
    .description('what has changed since a revision, or between two versions of a key')
    .argument('[key-or-prefix]', 'the key of --from; else only keys that begin with this', '')
    .option('--since <revision>', 'from the state at this revision to that of now', ordinal)
    .option('--from <version>', 'from this version of the key', ordinal)
    .option('--to <version>', 'to this version of it (default: the newest)', ordinal)
    .option('--exit-code', 'exit with 5 if there are differences')
    .option('--reveal', 'show secrets')
    .action((name, options) =>
      act(async (session) => (await import('../commands/diff.js')).diff(session, name, options)),
    );

  program
    .command('namespaces')
    .description('list the namespaces')
    .argument('[prefix]', 'only those that begin with this', '')
    .action((prefix) =>
      act(async (session) => (await import('../commands/namespaces.js')).namespaces(session, prefix)),
    );
}
