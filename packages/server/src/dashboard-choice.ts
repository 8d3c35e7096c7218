import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError, isConfigError, type Logger } from '@cfg/core';
import {
  bearerTokenAuth,
  createDashboard,
  type Dashboard,
  type DashboardAuth,
  hmacAuth,
  noAuth,
  type Policy,
  sessionGuard,
} from '@cfg/dashboard';
import { allowAll, type Guard, type HttpHandler } from '@cfg/service';
import type { DashboardAuthKind, DashboardOptions, NameOf } from './dashboard-options.js';
import { reasonOf } from './reason.js';

/** A dashboard that is chosen. */
export interface DashboardChoice {
  readonly kind: DashboardAuthKind;
  /** Whether nobody comes in but by the dashboard: it closes a server that has no guard. */
  readonly isOnlyWay: boolean;
  /** The guard of the doors, which knows the dashboard's sessions too. */
  guarding(guard: Guard): Guard;
  /**
   * Undefined where the page is not built, as in a clone that is half built: that is no reason not to serve.
   *
   * @param guard that of the doors
   * @param metrics shown on its page of status
   */
  open(guard: Guard, metrics: HttpHandler | undefined): Dashboard | undefined;
}

/** The facts about the server's guard. */
interface Surroundings {
  /** Whether everybody may do everything, as far as the guard goes. */
  readonly isOpen: boolean;
  /** Whether a guard was chosen, be it an open one. */
  readonly isChosen: boolean;
  /** Whether somebody else than this machine could reach a server that is open, and its operator has not said so. */
  readonly isExposed: boolean;
  /** Whether browsers must show a certificate. */
  readonly hasCertificates: boolean;
}

const hmacOptions = [
  'dashboardPassphrase',
  'dashboardPassphraseFile',
  'dashboardSecret',
  'dashboardSecretFile',
  'dashboardUser',
] as const;

/**
 * The dashboard that the options choose; undefined: none. Reads the files of secrets, and opens nothing. Throws
 * `invalid_argument`, naming the option.
 */
export function chooseDashboard(
  options: DashboardOptions,
  surroundings: Surroundings,
  nameOf: NameOf,
  logger: Logger,
): DashboardChoice | undefined {
  const { isOpen, isChosen, isExposed, hasCertificates } = surroundings;
  if (options.dashboard === false) {
    refuse(options, ['dashboardAuth', ...hmacOptions], (name) => `${nameOf(name)} needs the dashboard`);
    return undefined;
  }
  const kind = options.dashboardAuth ?? (isOpen ? 'none' : 'bearer');
  const authName = nameOf('dashboardAuth');
  if (kind !== 'hmac') refuse(options, hmacOptions, (name) => `${nameOf(name)} goes only with ${authName} hmac`);
  switch (kind) {
    case 'none':
      if (isExposed && !isOpen && !hasCertificates && options.dashboardAuth === 'none') {
        throw wrong(
          `${authName}: with none, nobody who is not on this machine could sign in at the dashboard; choose hmac or ` +
            'bearer, or demand client certificates',
        );
      }
      return choice(kind, noAuth(), logger);
    case 'bearer':
      return choice(kind, bearerTokenAuth(), logger);
    case 'hmac':
      if (isOpen && isChosen) throw wrong(`${authName}: a passphrase is pointless where the guard lets everybody in`);
      return choice(kind, hmacOf(options, nameOf, logger), logger, isOpen);
    default:
      throw wrong(`${authName} must be hmac, bearer or none, not ${JSON.stringify(kind)}`);
  }
}

function choice(kind: DashboardAuthKind, auth: DashboardAuth, logger: Logger, isOnlyWay = false): DashboardChoice {
  const { authorize } = allowAll();
  const policyOf = (guard: Guard): Policy => (isOnlyWay ? { authorize } : guard);
  return {
    kind,
    isOnlyWay,
    guarding: (guard) => (auth.authenticate === undefined ? guard : sessionGuard(auth, policyOf(guard))),
    open(guard, metrics) {
      try {
        return createDashboard({ auth, guard, metrics, logger });
      } catch (error) {
        if (!isConfigError(error, 'unavailable')) throw error;
        logger.warn({ err: error }, 'no dashboard');
        return undefined;
      }
    },
  };
}

function hmacOf(options: DashboardOptions, nameOf: NameOf, logger: Logger): DashboardAuth {
  const passphrase = secretOf(options, 'dashboardPassphrase', nameOf);
  if (passphrase === undefined) {
    const ways = `${nameOf('dashboardPassphraseFile')} or ${nameOf('dashboardPassphrase')}`;
    throw wrong(`${nameOf('dashboardAuth')} hmac needs a passphrase: set ${ways}`);
  }
  const secret = secretOf(options, 'dashboardSecret', nameOf);
  const { dashboardUser: user } = options;
  try {
    return hmacAuth({ secret: secret ?? randomBytes(32), passphrase, user, logger });
  } catch (error) {
    const name = nameOf(options.dashboardSecretFile === undefined ? 'dashboardSecret' : 'dashboardSecretFile');
    throw wrong(`${name}: ${reasonOf(error)}`);
  }
}

/** The secret, or what its file holds, without the line's end; undefined if there is neither. */
function secretOf(
  options: DashboardOptions,
  name: 'dashboardPassphrase' | 'dashboardSecret',
  nameOf: NameOf,
): string | undefined {
  const fileName = `${name}File` as const;
  const { [name]: text, [fileName]: file } = options;
  if (file === undefined) return text;
  if (text !== undefined) throw wrong(`${nameOf(name)} and ${nameOf(fileName)} do not go together`);
  let content: string;
  try {
    content = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw wrong(`${nameOf(fileName)}: ${reasonOf(error)}`);
  }
  if (content === '') throw wrong(`${nameOf(fileName)}: ${file} is empty`);
  return content;
}

function refuse(
  options: DashboardOptions,
  names: readonly (keyof DashboardOptions)[],
  message: (name: keyof DashboardOptions) => string,
): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given !== undefined) throw wrong(message(given));
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
