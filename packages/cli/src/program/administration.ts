import type { Command, OptionValues } from '@commander-js/extra-typings';
import type { Act } from './act.js';

/** Defines the commands about aliases, rights, and the server. */
export function defineAdministration(program: Command<[], OptionValues>, act: Act): void {
  program.commandsGroup('Server and profile:');

  const alias = program.command('alias').description('second names of keys');
  alias
    .command('list')
    .description('list the aliases')
    .action(() => act(async (session) => (await import('../commands/alias.js')).listAliases(session)));
  alias
    .command('get')
    .description('print the key that an alias stands for')
    .argument('<alias>')
    .action((name) => act(async (session) => (await import('../commands/alias.js')).getAlias(session, name)));
  alias
    .command('set')
    .description('make an alias')
    .argument('<alias>')
    .argument('<key>')
    .action((name, key) => act(async (session) => (await import('../commands/alias.js')).setAlias(session, name, key)));
  alias
    .command('delete')
    .description('remove an alias')
    .argument('<alias>')
    .action((name) => act(async (session) => (await import('../commands/alias.js')).deleteAlias(session, name)));

  program
    .command('access')
    .description('what you may do with a namespace, or with a key in it')
    .argument('[key]', '', '')
    .action((key) => act(async (session) => (await import('../commands/access.js')).access(session, key)));

  program
    .command('status')
    .description('whether the server answers, and what it can')
    .action(() => act(async (session) => (await import('../commands/status.js')).status(session)));

  program
    .command('login')
    .description('keep how to reach a server as a profile: its address, token, TLS files and namespace')
    .argument('<address>', 'host:port; with http:// in front it is without TLS')
    .action((address) => act(async (session) => (await import('../commands/login.js')).login(session, address)));

  program
    .command('logout')
    .description('remove a profile')
    .action(() => act(async (session) => (await import('../commands/login.js')).logout(session)));
}
