import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Address } from '../address.js';
import type { ServerSettings } from '../options.js';
import { reasonOf } from '../reason.js';
import type { CommandResult } from './command.js';
import { readTask } from './settings.js';
import { UsageError } from './usage-error.js';

const timeoutMs = 5_000;

/** `cfg-server health`: whether the server with these settings is ready to serve, as a container's health check asks. */
export async function health(args: readonly string[]): Promise<CommandResult> {
  const task = await readTask(args, process.env);
  if (task.kind !== 'serve') throw new UsageError('health takes the settings of the server that it asks');
  try {
    const answer = await ask(task.settings);
    return { text: `${(await text(answer)).trim()}\n`, code: answer.statusCode === 200 ? 0 : 1 };
  } catch (error) {
    return { text: `no answer: ${reasonOf(error)}\n`, code: 1 };
  }
}

async function ask({ http, tls, isSelfSigned }: ServerSettings): Promise<IncomingMessage> {
  const options = { host: hostOf(http), port: http.port, path: '/readyz', signal: AbortSignal.timeout(timeoutMs) };
  // It is this machine that is asked; where the server wants a certificate of clients, it is shown the server's own.
  const certificate = { cert: tls?.cert, key: tls?.key, rejectUnauthorized: false };
  const call = tls || isSelfSigned ? requestHttps({ ...options, ...certificate }) : requestHttp(options);
  const [answer] = await once(call.end(), 'response');
  return answer;
}

/** Who listens on all addresses is reached at the loopback. */
function hostOf({ host }: Address): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
