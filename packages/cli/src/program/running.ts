import { constants } from 'node:os';
import { type Command, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings';
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
    .option(
      '--signal <name>',
      'with --watch: send it this signal, such as SIGHUP, instead of starting it again',
      signalName,
    )
    .action((command, options) =>
      act(async (session) => (await import('../commands/run.js')).run(session, command, options)),
    );
}

function signalName(text: string): NodeJS.Signals {
  if (Object.hasOwn(constants.signals, text)) return text as NodeJS.Signals;
  throw new InvalidArgumentError('It is not the name of a signal, such as SIGHUP.');
}
