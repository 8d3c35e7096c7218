import { isConfigError } from '@cfg/core';
import { completeOptions, type ServerSettings } from '../options.js';
import { sqlitePath } from '../store-choice.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { fromFile } from './config-file.js';
import { configVariable, fromEnvironment } from './environment.js';
import { type Resolved, resolve } from './sources.js';
import { UsageError } from './usage-error.js';

/** What the program is asked to do. */
export type Task =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'backup'; readonly from: string; readonly to: string }
  | { readonly kind: 'serve'; readonly settings: ServerSettings };

/**
 * Reads the arguments, the environment and the file that one of them names, and checks all that they say. Opens
 * nothing. Throws {@link UsageError}, naming what is wrong.
 */
export function readTask(args: readonly string[], env: NodeJS.ProcessEnv): Task {
  const isBackup = args[0] === 'backup';
  if (isBackup && (args[1] ?? '-').startsWith('-') && !args.includes('--help')) throw new UsageError(backupUsage);
  const commandLine = readCommandLine(isBackup ? args.slice(2) : args);
  if (commandLine.help) return { kind: 'help' };
  if (commandLine.version) return { kind: 'version' };
  try {
    if (isBackup) return backupOf(args[1] ?? '', commandLine, env);
    const { settings, nameOf } = resolvedSettings(commandLine, env);
    return { kind: 'serve', settings: completeOptions({ logLevel: 'info', ...settings }, nameOf) };
  } catch (error) {
    throw isConfigError(error, 'invalid_argument') ? new UsageError(error.message) : error;
  }
}

const backupUsage = 'backup needs a file, as in cfg-server backup copy.db --store sqlite:config.db';

function backupOf(to: string, commandLine: CommandLine, env: NodeJS.ProcessEnv): Task {
  const { settings, nameOf } = resolvedSettings(commandLine, env);
  const from = sqlitePath(settings.store ?? '', nameOf('store'));
  if (from === undefined) throw new UsageError(`${nameOf('store')} must be sqlite:PATH: the file to back up`);
  return { kind: 'backup', from, to };
}

function resolvedSettings({ config, written }: CommandLine, env: NodeJS.ProcessEnv): Resolved {
  const variables = fromEnvironment(env);
  const file = config ?? env[configVariable];
  const where = config === undefined ? configVariable : '--config';
  return resolve(file ? fromFile(file, where) : [], variables, written);
}
