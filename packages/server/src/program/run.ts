import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isConfigError } from '@cfg/core';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { completeOptions, type ServerSettings } from '../options.js';
import { type RunningServer, serve } from '../server.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { fromFile } from './config-file.js';
import { configVariable, fromEnvironment } from './environment.js';
import { checkLevel, createLog } from './log.js';
import { resolve } from './sources.js';
import { usage } from './usage.js';
import { UsageError } from './usage-error.js';

/** The program: reads the settings, serves until it is told to stop, and answers the exit code. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const stopped = untilSignal();
  let settings: ServerSettings;
  try {
    const commandLine = readCommandLine(args);
    if (commandLine.help) return print(usage());
    if (commandLine.version) return print(`${version()}\n`);
    settings = settingsOf(commandLine, env);
  } catch (error) {
    if (error instanceof UsageError || isConfigError(error, 'invalid_argument')) {
      return complain(`${error.message}\nTry cfg-server --help.`, 2);
    }
    throw error;
  }
  // What grpc-js would print is said in our own words.
  if (env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE);
  let server: RunningServer;
  try {
    server = await serve(settings);
  } catch (error) {
    if (isConfigError(error)) return complain(error.message, 1);
    throw error;
  }
  settings.logger.info({ version: version() }, 'ready');
  if (process.stdout.isTTY) print(invitation(server, settings));
  await stopped;
  await server.close();
  return 0;
}

function settingsOf({ config, written }: CommandLine, env: NodeJS.ProcessEnv): ServerSettings {
  const variables = fromEnvironment(env);
  const file = config ?? env[configVariable];
  const where = config === undefined ? configVariable : '--config';
  const { settings, nameOf } = resolve(file ? fromFile(file, where) : [], variables, written);
  const { logLevel = 'info', ...options } = settings;
  const logger = createLog(checkLevel(logLevel, nameOf('logLevel')));
  return completeOptions({ ...options, logger }, nameOf);
}

/** Resolves with the first SIGTERM or SIGINT; the second ends the process on the spot. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(128 + constants.signals[signal]);
        asked = true;
        resolve();
      });
    }
  });
}

/** What to type next, for somebody at a terminal. */
function invitation({ grpcAddress, httpAddress }: RunningServer, { tls }: ServerSettings): string {
  const scheme = tls ? 'https' : 'http';
  return `
  gRPC  ${grpcAddress}
  REST  ${scheme}://${httpAddress}/v1/
  try   curl ${scheme}://${httpAddress}/v1/namespaces/demo/keys/greeting -d '{"value":"ImhlbGxvIg=="}'

`;
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function complain(text: string, code: number): number {
  process.stderr.write(`cfg-server: ${text}\n`);
  return code;
}
