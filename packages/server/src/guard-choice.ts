import { ConfigError, isConfigError, type Logger } from '@cfg/core';
import { allowAll, denyAll, type Guard, rbacFile } from '@cfg/service';
import type { GuardChoice, GuardKind, GuardOptions, NameOf } from './guard-kind.js';
import { opaKind } from './opa-kind.js';

const rbacKind: GuardKind = {
  word: 'rbac',
  needs: 'FILE',
  own: [],
  choose: (file, _options, nameOf, logger) => ({
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
  }),
};

const kinds: readonly GuardKind[] = [rbacKind, opaKind];

/** The guard that the options choose. Reads the files of keys, and opens nothing. Throws `invalid_argument`. */
export function chooseGuard(options: GuardOptions, nameOf: NameOf, logger: Logger): GuardChoice {
  const { guard } = options;
  const name = nameOf('guard');
  const kind = typeof guard === 'string' ? kinds.find(({ word }) => guard.startsWith(`${word}:`)) : undefined;
  for (const { word, own } of kinds.filter((other) => other !== kind)) {
    const needless = own.find((option) => options[option] !== undefined);
    if (needless !== undefined) throw wrong(`${nameOf(needless)} goes only with ${name} ${word}:`);
  }
  if (guard === undefined || guard === 'allow-all') return ready(allowAll(), true);
  if (guard === 'deny-all') return ready(denyAll());
  if (typeof guard !== 'string') return ready(guard);
  if (kind === undefined) {
    const forms = kinds.map(({ word, needs }) => `${word}:${needs}`);
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

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
