import { isConfigError } from '@cfg/core';
import { completeOptions, type ServerSettings } from '../options.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { fromFile } from './config-file.js';
import { configVariable, fromEnvironment } from './environment.js';
import { resolve } from './sources.js';
import { UsageError } from './usage-error.js';

/** What the program is asked to do. */
export type Task =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly settings: ServerSettings };

/**
 * Reads the arguments, the environment and the file that one of them names, and checks all that they say. Opens
 * nothing. Throws {@link UsageError}, naming what is wrong.
 */
export function readTask(args: readonly string[], env: NodeJS.ProcessEnv): Task {
  const commandLine = readCommandLine(args);
  if (commandLine.help) return { kind: 'help' };
  if (commandLine.version) return { kind: 'version' };
  try {
    return { kind: 'serve', settings: settingsOf(commandLine, env) };
  } catch (error) {
    throw isConfigError(error, 'invalid_argument') ? new UsageError(error.message) : error;
  }
}

function settingsOf({ config, written }: CommandLine, env: NodeJS.ProcessEnv): ServerSettings {
  const variables = fromEnvironment(env);
  const file = config ?? env[configVariable];
  const where = config === undefined ? configVariable : '--config';
  const { settings, nameOf } = resolve(file ? fromFile(file, where) : [], variables, written);
  return completeOptions({ logLevel: 'info', ...settings }, nameOf);
}
