import { readFileSync } from 'node:fs';
import { commands } from './commands.js';
import { readTask, type Task } from './settings.js';
import { usage } from './usage.js';
import { UsageError } from './usage-error.js';

/**
 * The program. Returns its exit code: 0 when it was told to stop, 1 when it could not start, 2 for a wrong setting.
 * Parts that take long to load, the server above all, are loaded when it is clear that they are needed.
 */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const command = commands.find(({ name }) => name === args[0]);
    if (command !== undefined && !args.includes('--help')) {
      const { text, code } = await command.run(args.slice(1));
      return print(text, code);
    }
    return await perform(await readTask(command === undefined ? args : ['--help'], env), env);
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\nTry cfg-server --help.`, 2);
    const { isConfigError } = await import('@cfg/core');
    if (isConfigError(error)) return complain(error.message, 1);
    throw error;
  }
}

async function perform(task: Task, env: NodeJS.ProcessEnv): Promise<number> {
  switch (task.kind) {
    case 'help':
      return print(usage());
    case 'version':
      return print(`${version()}\n`);
    case 'serve': {
      const { serveTask } = await import('./serve.js');
      return serveTask(task.settings, version(), env);
    }
  }
}

function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}

function print(text: string, code = 0): number {
  process.stdout.write(text);
  return code;
}

function complain(text: string, code: number): number {
  process.stderr.write(`cfg-server: ${text}\n`);
  return code;
}
