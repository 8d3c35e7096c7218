import { readFileSync } from 'node:fs';
import { Command, Option, type OptionValues } from '@commander-js/extra-typings';
import type { Act, Start } from './act.js';
import { defineAdministration } from './administration.js';
import { defineFinding } from './finding.js';
import { duration } from './numbers.js';
import { defineReading } from './reading.js';
import { defineRunning } from './running.js';
import { defineShell } from './shell.js';
import { defineTransfer } from './transfer.js';
import { defineWriting } from './writing.js';

const help = `
Values and options:
  A namespace comes from -n, CFG_NAMESPACE or the profile. A server comes from flags,
  from CFG_ADDRESS, CFG_TOKEN, CFG_INSECURE, CFG_TLS_CA, CFG_TLS_CERT, CFG_TLS_KEY,
  CFG_TLS_FINGERPRINT, from the profile of cfg login, or else is http://127.0.0.1:9090.
  --json writes one JSON object a line. Colour is off where NO_COLOR is set.

Exit codes:
  0 done · 1 refused or failed · 2 wrong usage · 3 not found · 4 conflict
  5 there are differences (--exit-code) · 130 ended by Ctrl-C
  cfg run exits with the exit code of its command.`;

/** The program with all its commands, whose tasks go to `start`. Commands are loaded when they are run. */
export function createProgram(start: Start): Command<[], OptionValues> {
  const program = new Command()
    .name('cfg')
    .description('Configuration on a cfg server.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('-n, --namespace <name>', 'the namespace')
    .option('--json', 'write JSON, one object a line')
    .optionsGroup('Server:')
    .option('--address <address>', 'host:port; with http:// in front it is without TLS')
    .option('--profile <name>', 'a profile of cfg login')
    .option('--token <token>', 'a bearer token; others on the machine may see it in the list of processes')
    .option('--token-file <file>', 'a file with the token; - is stdin')
    .option('--insecure', 'without TLS')
    .option('--tls-ca <file>', 'trust this authority, PEM')
    .option('--tls-cert <file>', 'show this certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--tls-fingerprint <sha256>', 'trust the certificate with this fingerprint, and no other')
    .addOption(new Option('--timeout <duration>', 'how long to wait for the server, such as 5s').argParser(duration))
    .addHelpText('after', help)
    .showSuggestionAfterError()
    .exitOverride();
  const act: Act = (task) => start(program.opts(), task);
  defineReading(program, act);
  defineFinding(program, act);
  defineWriting(program, act);
  defineTransfer(program, act);
  defineRunning(program, act);
  defineAdministration(program, act);
  defineShell(program, act);
  return program;
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}
