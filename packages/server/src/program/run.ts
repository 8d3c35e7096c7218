import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { can, isConfigError, type Store } from '@cfg/core';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { ServerSettings } from '../options.js';
import { type RunningServer, serve } from '../server.js';
import { serveByWorkers } from '../workers/primary.js';
import { commands } from './commands.js';
import { readTask, type Task } from './settings.js';
import { usage } from './usage.js';
import { UsageError } from './usage-error.js';

/** The program. Answers its exit code: 0 when it was told to stop, 1 when it could not start, 2 for a wrong setting. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  let task: Task;
  try {
    const command = commands.find(({ name }) => name === args[0]);
    if (command !== undefined && !args.includes('--help')) {
      const { text, code } = await command.run(args.slice(1));
      print(text);
      return code;
    }
    task = readTask(command === undefined ? args : ['--help'], env);
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\nTry cfg-server --help.`, 2);
    if (isConfigError(error)) return complain(error.message, 1);
    throw error;
  }
  switch (task.kind) {
    case 'help':
      return print(usage());
    case 'version':
      return print(`${version()}\n`);
    case 'serve':
      // What grpc-js would print is said in our own words.
      if (env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE);
      return serveTask(task.settings);
  }
}

function serveTask(settings: ServerSettings): Promise<number> {
  const { worker, workers } = settings;
  if (worker !== undefined) return serveUntil(worker.stopped, settings);
  const stopped = untilSignal();
  return workers > 1 ? serveByWorkers(settings, stopped) : serveUntil(stopped, settings);
}

async function serveUntil(stopped: Promise<void>, settings: ServerSettings): Promise<number> {
  let server: RunningServer;
  try {
    server = await serve(settings);
  } catch (error) {
    if (isConfigError(error)) return complain(error.message, 1);
    throw error;
  }
  const { worker } = settings;
  if (worker === undefined) settings.logger.info({ store: settings.storeName, version: version() }, 'ready');
  if (worker !== undefined) worker.ready(await logIdOf(settings.store));
  if (process.stdout.isTTY && (cluster.worker?.id ?? 1) === 1) print(invitation(server, settings));
  await stopped;
  await server.close();
  return 0;
}

/** The workers' stores all have a log. */
async function logIdOf(store: Store): Promise<string> {
  return can(store, 'revisions') ? (await store.revision()).logId : '';
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
function invitation(
  { grpcAddress, httpAddress, dashboardUrl }: RunningServer,
  { tls, isSelfSigned }: ServerSettings,
): string {
  const rest = `${tls || isSelfSigned ? 'https' : 'http'}://${httpAddress}/v1`;
  const web = dashboardUrl === undefined ? '' : `  Web   ${dashboardUrl}\n`;
  return `
${web}  gRPC  ${grpcAddress}
  REST  ${rest}/
  try   curl ${rest}/namespaces/demo/keys/greeting -d '{"value":"ImhlbGxvIg=="}'

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
