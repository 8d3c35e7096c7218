import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { suggestion, UsageError } from './usage-error.js';

const levels = ['debug', 'info', 'warn', 'error', 'silent'];

/** Throws {@link UsageError}; `name` is what the user calls the setting. */
export function checkLevel(level: string, name: string): string {
  if (levels.includes(level)) return level;
  throw new UsageError(
    `${name} must be debug, info, warn, error or silent, not "${level}"${suggestion(level, levels)}`,
  );
}

/** A log on stdout: lines to read on a terminal, JSON lines for programs elsewhere. */
export function createLog(level: string): Logger {
  const options = {
    level,
    base: null,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, process.stdout.isTTY ? forPeople() : destination({ dest: 1, sync: true }));
}

const forPeople = (): DestinationStream =>
  PinoPretty({ sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss', colorize: true });
