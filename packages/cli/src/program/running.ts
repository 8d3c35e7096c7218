import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Act } from './act.js';

/** Defines the command that runs others. */
export function defineRunning(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Run:');

  program
    .command('run')
    .description('run a command with values as environment variables: app/db-host of --prefix app/ is DB_HOST')
    .usage('[options] -- <command...>')
    .argument('<command...>', 'the command and its arguments')
    .option('--prefix <prefix>', 'only keys that begin with this; their names are without it', '')
    .option('--watch', 'start the command again when a value has changed')
    .action((command, options) =>
      act(async (session) => (await import('../commands/run.js')).run(session, command, options)),
    );
}
