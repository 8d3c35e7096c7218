import { Argument, type Command, type OptionValues } from '@commander-js/extra-typings';
import type { Command as AnyCommand } from 'commander';
import type { Act } from './act.js';

/** Defines the commands that an app's source and a person's shell are set up with. */
export function defineShell(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Set up:');

  program
    .command('types')
    .description('write the TypeScript types of keys, a .d.ts')
    .argument('[prefix]', 'only keys that begin with this', '')
    .option('--out <file>', 'into this file rather than to stdout')
    .action((prefix, options) =>
      act(async (session) => (await import('../commands/types.js')).types(session, prefix, options)),
    );

  program
    .command('completion')
    .description('print the script with which a shell completes commands, keys and namespaces')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish'] as const))
    .action((shell) => act(async (session) => (await import('../commands/completion.js')).completion(session, shell)));

  // For the scripts.
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action((words) =>
      act(async (session) => {
        const { complete } = await import('../commands/complete.js');
        return complete(session, program as unknown as AnyCommand, words);
      }),
    );
}
