import { type Command, Option, type OptionValues } from '@commander-js/extra-typings';
import { importFormats } from '../transfer/import-format.js';
import type { Act } from './act.js';

/** Defines the commands that move whole namespaces. */
export function defineTransfer(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Move:');

  program
    .command('export')
    .description('write keys and values to stdout, as of one moment')
    .argument('[prefix]', 'only keys that begin with this', '')
    .addOption(
      new Option(
        '--format <format>',
        'ndjson loses nothing; yaml is for people and cfg apply; env names as cfg run does',
      )
        .choices(['ndjson', 'yaml', 'env'] as const)
        .default('ndjson' as const),
    )
    .option('--reveal', 'export secrets, too')
    .action((prefix, options) =>
      act(async (session) => (await import('../commands/export.js')).exportKeys(session, prefix, options)),
    );

  program
    .command('import')
    .description('set the keys of a file: of cfg export, YAML, JSON, .env, Consul, etcd, Apollo, Spring, Nacos')
    .argument('<file>', 'the file; - is stdin; with --format spring also a folder')
    .addOption(new Option('--format <format>', 'default: by the ending of the file').choices(importFormats))
    .option('--namespace-template <template>', 'of profiles of Spring (default: {namespace}-{profile})')
    .option('--map', 'give names that cannot be keys the nearest ones that can, and say so')
    .option('--dry-run', 'check everything and write nothing')
    .option('--comment <text>', 'why, kept with the changes')
    .action((file, options) =>
      act(async (session) => (await import('../commands/import.js')).importKeys(session, file, options)),
    );
}
