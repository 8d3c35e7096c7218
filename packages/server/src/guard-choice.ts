import { ConfigError, isConfigError, type Logger } from '@cfg/core';
import { allowAll, denyAll, type Guard, rbacFile } from '@cfg/service';

/** What is said about the guard. */
export interface GuardOptions {
  readonly guard?: string | Guard | undefined;
}

/** A guard that is ready. */
export interface OpenGuard {
  readonly guard: Guard;
  close(): Promise<void>;
}

/** A guard that is chosen, and not yet opened. */
export interface GuardChoice {
  /** Whether everybody may do everything. */
  readonly isOpen: boolean;
  /** Rejects with a `ConfigError` where a policy cannot be had or used. */
  open(): Promise<OpenGuard>;
}

type NameOf = (option: keyof GuardOptions) => string;

/** A guard that is named by a word and what it needs, as in `rbac:FILE`. */
interface GuardKind {
  readonly word: string;
  readonly needs: string;
  choose(target: string, options: GuardOptions, nameOf: NameOf, logger: Logger): GuardChoice;
}

const kinds: readonly GuardKind[] = [{ word: 'rbac', needs: 'FILE', choose: rbacChoice }];

/**
 * The guard that the options choose. Throws `invalid_argument`.
 *
 * @param nameOf what the user calls an option; errors name it so
 */
export function chooseGuard(options: GuardOptions, nameOf: NameOf, logger: Logger): GuardChoice {
  const { guard } = options;
  if (guard === undefined || guard === 'allow-all') return ready(allowAll(), true);
  if (guard === 'deny-all') return ready(denyAll());
  if (typeof guard !== 'string') return ready(guard);
  const name = nameOf('guard');
  const kind = kinds.find(({ word }) => guard.startsWith(`${word}:`));
  const forms = kinds.map(({ word, needs }) => `${word}:${needs}`);
  if (kind === undefined) {
    const known = ['allow-all', 'deny-all', ...forms.slice(0, -1)].join(', ');
    throw wrong(`${name} must be ${known} or ${forms.at(-1)}, not ${JSON.stringify(guard)}`);
  }
  const target = guard.slice(kind.word.length + 1);
  if (target === '') throw wrong(`${name}: ${kind.word}: needs a ${kind.needs}`);
  return kind.choose(target, options, nameOf, logger);
}

const ready = (guard: Guard, isOpen = false): GuardChoice => ({
  isOpen,
  open: async () => ({ guard, close: async () => {} }),
});

function rbacChoice(file: string, _options: GuardOptions, nameOf: NameOf, logger: Logger): GuardChoice {
  return {
    isOpen: false,
    async open() {
      try {
        const guard = rbacFile(file, { logger });
        return { guard, close: async () => guard.close() };
      } catch (error) {
        if (!isConfigError(error)) throw error;
        throw new ConfigError(error.code, `${nameOf('guard')}: ${error.message}`, { cause: error });
      }
    },
  };
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
