import type { EntryInit } from '../contract/entry.js';
import { ConfigError } from '../contract/errors.js';
import { glob } from '../util/glob.js';

interface Rule {
  readonly namespace: RegExp;
  readonly prefix: string;
}

/**
 * Which values are secret: those of the codec or type `secret`, and those that a pattern names. A pattern is
 * `NAMESPACE` or `NAMESPACE/PREFIX`: the values in a namespace whose keys begin with the prefix. In the namespace `*`
 * stands for any characters and `?` for one.
 *
 * @example
 * const policy = new SecretPolicy(['payments', 'prod-*\/db/', '*\/tls/']);
 */
export class SecretPolicy {
  /** As they were given. */
  readonly patterns: readonly string[];
  readonly #rules: readonly Rule[];

  /** Throws `invalid_argument` for a pattern that no name can match. */
  constructor(patterns: readonly string[] = []) {
    this.patterns = patterns;
    this.#rules = patterns.map(ruleOf);
  }

  covers({ namespace, key, codec, type }: Pick<EntryInit, 'namespace' | 'key' | 'codec' | 'type'>): boolean {
    if (type === 'secret' || codec === 'secret') return true;
    return this.#rules.some((rule) => key.startsWith(rule.prefix) && rule.namespace.test(namespace));
  }
}

function ruleOf(pattern: string): Rule {
  const parts = /^([a-zA-Z0-9_.\-:*?]+)(?:\/([a-zA-Z0-9_.\-/]*))?$/.exec(pattern);
  if (parts === null) {
    throw new ConfigError(
      'invalid_argument',
      `not a pattern of secrets: ${JSON.stringify(pattern)}; one is NAMESPACE or NAMESPACE/PREFIX, as in prod-*/db/`,
    );
  }
  const [, namespace = '', prefix = ''] = parts;
  return { namespace: glob(namespace), prefix };
}
