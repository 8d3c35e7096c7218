import { commands } from './commands.js';
import { flags, variableOf } from './flags.js';

/** The text that `--help` prints. */
export function usage(): string {
  const rows = [
    ['--config FILE', 'settings from a YAML file'],
    ...flags.filter(({ isSecret }) => !isSecret).map(({ name, value, help }) => [`--${name} ${value}`.trimEnd(), help]),
    ['--version', 'print the version'],
    ['-h, --help', 'print this'],
  ];
  const width = Math.max(...rows.map(([flag = '']) => flag.length));
  const lines = rows.map(([flag = '', help]) => `  ${flag.padEnd(width)}  ${help}`);
  return `cfg-server: a configuration server with a gRPC and an HTTP door

Usage: cfg-server [flags]
       cfg-server command [flags]

${lines.join('\n')}

Commands:
${commandLines()}

Every flag but --config, --version and --help is also a key of the file (grpc: 127.0.0.1:9090), and all but the last two
are variables of the environment (${variableOf('config')}, ${variableOf('grpc')}). A flag wins over a variable, a variable over the file.

SIGTERM and SIGINT let calls finish and end the program with 0; a second one ends it at once.
A wrong setting ends it with 2, a door or a store that cannot be opened with 1.
`;
}

const commandLines = (): string =>
  commands.map(({ name, value, help }) => `  ${name} ${value}\n      ${help}`).join('\n');
