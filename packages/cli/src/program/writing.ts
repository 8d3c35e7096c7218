import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { Act } from './act.js';
import { count, duration, ordinal } from './numbers.js';

/** Defines the commands that write. */
export function defineWriting(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Write:');

  program
    .command('set')
    .description('set a value: JSON if it reads as JSON, else a text')
    .argument('<key>')
    .argument('[value]', 'the value, unless it is in a file')
    .option('--file <file>', 'the value is what the file has; - is stdin')
    .option('--string', 'the value is a text, even if it reads as JSON')
    .option('--codec <name>', 'json, yaml, toml or secret; default by the ending of the file, else json')
    .option('--ttl <duration>', 'it expires after this time, such as 90s or 7d; 0s: never', duration)
    .addOption(new Option('--create', 'fail if the key exists').conflicts(['update', 'ifVersion']))
    .addOption(new Option('--update', 'fail if the key does not exist').conflicts('ifVersion'))
    .option('--if-version <n>', 'fail unless this is its version; 0: unless it does not exist', count)
    .option('--comment <text>', 'why, kept with the change')
    .action((key, value, options) =>
      act(async (session) => (await import('../commands/set.js')).set(session, key, value, options)),
    );

  program
    .command('delete')
    .description('delete a key')
    .argument('<key>')
    .option('--if-version <n>', 'fail unless this is its version', ordinal)
    .option('--comment <text>', 'why, kept with the change')
    .action((key, options) =>
      act(async (session) => (await import('../commands/delete.js')).deleteKey(session, key, options)),
    );

  program
    .command('apply')
    .description('bring namespaces to what files say: YAML, JSON or .env, in a folder for each namespace')
    .requiredOption('-f, --file <path>', 'a folder of namespaces; with -n, or a file: of that namespace')
    .option('--plan', 'only show what would change')
    .option('--prune', 'delete the keys that are in no file')
    .option('--exit-code', 'with --plan: exit with 5 if there are differences')
    .option('--comment <text>', 'why, kept with the changes')
    .option('--reveal', 'show secrets')
    .action((options) => act(async (session) => (await import('../commands/apply.js')).apply(session, options)));

  program
    .command('restore')
    .description('bring a key, or the whole namespace, back to an earlier state')
    .argument('[key]')
    .addOption(new Option('--to-version <n>', 'this version of the key').argParser(ordinal).conflicts('toRevision'))
    .option('--to-revision <revision>', 'the state at this revision', ordinal)
    .option('--dry-run', 'only say what would change')
    .option('--comment <text>', 'why, kept with the changes')
    .action((key, options) =>
      act(async (session) => (await import('../commands/restore.js')).restore(session, key, options)),
    );
}
