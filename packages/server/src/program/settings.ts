import type { ServerSettings } from '../options.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { configVariable, fromEnvironment } from './environment.js';
import { resolve } from './sources.js';
import { UsageError } from './usage-error.js';

/** The task of one run of the program. */
export type Task =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly settings: ServerSettings };

/**
 * Reads the arguments, the environment and the file that one of them names, and checks all that they say. Opens
 * nothing, and loads only what is asked for. Rejects with {@link UsageError}, naming what is wrong.
 */
export async function readTask(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Task> {
  const commandLine = readCommandLine(args);
  if (commandLine.help) return { kind: 'help' };
  if (commandLine.version) return { kind: 'version' };
  return { kind: 'serve', settings: await settingsOf(commandLine, env) };
}

async function settingsOf({ config, written }: CommandLine, env: NodeJS.ProcessEnv): Promise<ServerSettings> {
  const variables = fromEnvironment(env);
  const file = config ?? env[configVariable];
  const where = config === undefined ? configVariable : '--config';
  const fromFile = file ? (await import('./config-file.js')).fromFile(file, where) : [];
  const { settings, nameOf } = resolve(fromFile, variables, written);
  const [{ completeOptions }, { isConfigError }] = await Promise.all([import('../options.js'), import('@cfg/core')]);
  try {
    return await completeOptions({ logLevel: 'info', ...settings }, nameOf);
  } catch (error) {
    throw isConfigError(error, 'invalid_argument') ? new UsageError(error.message) : error;
  }
}
