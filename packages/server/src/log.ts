import cluster from 'node:cluster';
import { ConfigError, type Logger, silentLogger } from '@cfg/core';
import { destination, pino } from 'pino';
import { suggestion } from './suggestion.js';

/** How much is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const levels = ['debug', 'info', 'warn', 'error', 'silent'];

/**
 * A log on stdout: lines to read on a terminal, JSON lines elsewhere. Rejects with `invalid_argument` for a level that does
 * not exist.
 *
 * @param name what the user calls the option
 */
export async function createLog(level: string, name: string): Promise<Logger> {
  if (!levels.includes(level)) {
    const message = `${name} must be debug, info, warn, error or silent, not "${level}"${suggestion(level, levels)}`;
    throw new ConfigError('invalid_argument', message);
  }
  if (level === 'silent') return silentLogger;
  const options = {
    level,
    base: cluster.isWorker ? { worker: cluster.worker?.id } : null,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const pretty = process.stdout.isTTY ? (await import('pino-pretty')).PinoPretty : undefined;
  const lines = pretty?.({ sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss', colorize: true });
  const log: Logger = pino(options, lines ?? destination({ dest: 1, sync: true }));
  return log;
}
