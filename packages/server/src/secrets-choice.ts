import { ConfigError, type Logger, SecretPolicy } from '@cfg/core';
import type { Sealing } from '@cfg/core/store';
import { parseWrapper, sealSecrets } from '@cfg/secrets';

/** The options about secrets. */
export interface SecretsChoice {
  /**
   * The key that keeps secrets from whoever reads the store's files: `file:PATH`, `env:NAME` or
   * `vault:https://HOST/MOUNT/KEY`. With it, values of the codec `secret` and those of {@link secretKeys} are kept
   * encrypted, and shown only to whom the guard allows to `reveal` them. Default: no value is secret.
   */
  readonly secrets?: string | undefined;
  /**
   * Which other values are secret: patterns `NAMESPACE` or `NAMESPACE/PREFIX`, with commas, where `*` in the namespace
   * stands for any characters. With {@link secrets}.
   */
  readonly secretKeys?: string | undefined;
}

/** Which values are secret, and how a durable store keeps them. */
export interface ChosenSecrets {
  readonly policy: SecretPolicy;
  readonly sealing: Sealing;
}

/** Reads the file or the variable of a key. Throws `invalid_argument`, naming the option. */
export function chooseSecrets(
  { secrets, secretKeys }: SecretsChoice,
  nameOf: (option: keyof SecretsChoice) => string,
  logger: Logger,
): ChosenSecrets | undefined {
  if (secrets === undefined) {
    if (secretKeys !== undefined) throw wrong(`${nameOf('secretKeys')} needs ${nameOf('secrets')} as well`);
    return undefined;
  }
  const wrapper = parseWrapper(secrets, nameOf('secrets'));
  const sealing = sealSecrets({ wrapper, secrets: patternsOf(secretKeys, nameOf('secretKeys')), logger });
  return { policy: sealing.policy, sealing };
}

/** The patterns of a list with commas. */
export function patternsOf(list: string | undefined, name: string): readonly string[] {
  const patterns = (list ?? '')
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
  try {
    return new SecretPolicy(patterns).patterns;
  } catch (error) {
    throw wrong(`${name}: ${(error as Error).message}`);
  }
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
