import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { Act } from './act.js';

/** Defines the commands that move whole namespaces. */
export function defineTransfer(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Move:');

  program
    .command('export')
    .description('write keys and values to stdout, as of one moment')
    .argument('[prefix]', 'only keys that begin with this', '')
    .addOption(
      new Option('--format <format>', 'ndjson loses nothing; yaml is for people and cfg apply')
        .choices(['ndjson', 'yaml'] as const)
        .default('ndjson' as const),
    )
    .option('--reveal', 'export secrets, too')
    .action((prefix, options) =>
      act(async (session) => (await import('../commands/export.js')).exportKeys(session, prefix, options)),
    );

  program
    .command('import')
    .description('set the keys of a file: of cfg export, YAML, JSON, .env, consul kv export, etcdctl get -w json')
    .argument('<file>', 'the file; - is stdin')
    .addOption(
      new Option('--format <format>', 'default: by the ending of the file').choices([
        'ndjson',
        'yaml',
        'json',
        'env',
        'consul',
        'etcd',
      ] as const),
    )
    .option('--map', 'give names that cannot be keys the nearest ones that can, and say so')
    .option('--dry-run', 'check everything and write nothing')
    .option('--comment <text>', 'why, kept with the changes')
    .action((file, options) =>
      act(async (session) => (await import('../commands/import.js')).importKeys(session, file, options)),
    );
}
