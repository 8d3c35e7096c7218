/** The logger that the packages write to: a subset of pino's interface. */
export interface Logger {
  debug(fields: object, message?: string): void;
  info(fields: object, message?: string): void;
  warn(fields: object, message?: string): void;
  error(fields: object, message?: string): void;
  /** Whether that level is logged at all, so that what nobody reads need not be made. Absent: every level is. */
  isLevelEnabled?(level: string): boolean;
}

const ignore = (): void => {};

/** Says nothing: the default everywhere. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  isLevelEnabled: () => false,
};

/** A logger that cannot throw, whatever the one inside does. */
export function safeLogger(logger: Logger = silentLogger): Required<Logger> {
  const guard =
    (level: Exclude<keyof Logger, 'isLevelEnabled'>) =>
    (fields: object, message?: string): void => {
      try {
        logger[level](fields, message);
      } catch {
        // A logger's fault must never become the caller's.
      }
    };
  return {
    debug: guard('debug'),
    info: guard('info'),
    warn: guard('warn'),
    error: guard('error'),
    isLevelEnabled(level) {
      try {
        return logger.isLevelEnabled?.(level) ?? true;
      } catch {
        return true;
      }
    },
  };
}
