import cluster from 'node:cluster';
import { ConfigError, type Logger, silentLogger } from '@cfg/core';
import { type DestinationStream, destination, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { suggestion } from './suggestion.js';

/** How much is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const levels = ['debug', 'info', 'warn', 'error', 'silent'];

/**
 * A log on stdout: lines to read on a terminal, JSON lines elsewhere. Throws `invalid_argument` for a level that does
 * not exist.
 *
 * @param name what the user calls the option
 */
export function createLog(level: string, name: string): Logger {
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
  return pino(options, process.stdout.isTTY ? forPeople() : destination({ dest: 1, sync: true }));
}

const forPeople = (): DestinationStream =>
  PinoPretty({ sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss', colorize: true });
