import cluster from 'node:cluster';
import { constants } from 'node:os';
import { can, type Store } from '@cfg/core';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { ServerSettings } from '../options.js';
import { type RunningServer, serve } from '../server.js';

/** Serves until the process is told to stop. Returns its exit code; rejects with a `ConfigError` where it cannot start. */
export async function serveTask(settings: ServerSettings, version: string, env: NodeJS.ProcessEnv): Promise<number> {
  // grpc-js prints nothing: its faults are reported in our own words.
  if (env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE);
  const { worker, workers } = settings;
  if (worker !== undefined) return serveUntil(worker.stopped, settings, version);
  const stopped = untilSignal();
  if (workers === 1) return serveUntil(stopped, settings, version);
  const { serveByWorkers } = await import('../workers/primary.js');
  return serveByWorkers(settings, stopped);
}

async function serveUntil(stopped: Promise<void>, settings: ServerSettings, version: string): Promise<number> {
  const server = await serve(settings);
  const { worker } = settings;
  if (worker === undefined) settings.logger.info({ store: settings.storeName, version }, 'ready');
  worker?.ready(await logIdOf(settings.store));
  if (process.stdout.isTTY && (cluster.worker?.id ?? 1) === 1) process.stdout.write(invitation(server, settings));
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

/** The next commands to type, for somebody at a terminal. */
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
