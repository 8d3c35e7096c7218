import { ConfigError } from '@cfg/core';
import { glob } from '@cfg/core/store';

/** Somebody who is told of changes. */
export interface WebhookTarget {
  /** Its name in the stored position, in logs and in metrics: lower-case letters, digits and `-`, at most 64. */
  readonly name: string;
  /** Where messages are posted to: `https:`, or `http:` where `allowPrivate` is set. */
  readonly url: string;
  /**
   * The secret that signs messages: `whsec_` and 24 to 64 bytes in base64, as the Standard Webhooks specification says.
   * While it is being replaced, several: messages then have a signature of each.
   */
  readonly secret: string | readonly string[];
  /**
   * Globs: `*` stands for any characters, `?` for one. Alias changes have the empty namespace, which `*` matches.
   * Default: all.
   */
  readonly namespaces?: readonly string[] | undefined;
  /** How keys must begin. Default: any. */
  readonly prefixes?: readonly string[] | undefined;
  /** Whether messages carry the values, in base64; never those of secrets. Default false. */
  readonly values?: boolean | undefined;
  /** Lets the URL lead to private, loopback and link-local addresses, and be without TLS. Default false. */
  readonly allowPrivate?: boolean | undefined;
}

/** A target, complete and checked. */
export interface CheckedTarget {
  readonly name: string;
  readonly url: URL;
  readonly secrets: readonly string[];
  /** The namespaces where these are names, and no globs. */
  readonly namespaces: readonly string[] | undefined;
  readonly prefixes: readonly string[];
  readonly values: boolean;
  readonly allowPrivate: boolean;
  /** Whether a change of that namespace and key is for it. */
  wants(namespace: string, key: string): boolean;
}

/** Throws `invalid_argument`, naming the target and what is wrong. */
export function checkTargets(targets: readonly WebhookTarget[]): readonly CheckedTarget[] {
  const names = new Set<string>();
  return targets.map((target, at) => {
    const where = `targets[${at}]`;
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(target.name)) {
      throw wrong(`${where}.name must be lower-case letters, digits and -, not ${JSON.stringify(target.name)}`);
    }
    if (names.has(target.name)) throw wrong(`${where}.name: there are two targets ${target.name}`);
    names.add(target.name);
    return checkTarget(target, where);
  });
}

function checkTarget(target: WebhookTarget, where: string): CheckedTarget {
  const { name, namespaces = ['*'], prefixes = [''], values = false, allowPrivate = false } = target;
  const secrets = typeof target.secret === 'string' ? [target.secret] : [...target.secret];
  if (secrets.length === 0 || !secrets.every(isSecret)) {
    throw wrong(`${where}.secret must be whsec_ and 24 to 64 bytes in base64`);
  }
  if (namespaces.length === 0) throw wrong(`${where}.namespaces must not be empty`);
  if (prefixes.length === 0) throw wrong(`${where}.prefixes must not be empty`);
  const patterns = namespaces.map(glob);
  return {
    name,
    url: urlOf(target.url, allowPrivate, `${where}.url`),
    secrets,
    namespaces: namespaces.some((each) => /[*?]/.test(each)) ? undefined : namespaces,
    prefixes,
    values,
    allowPrivate,
    wants: (namespace, key) =>
      patterns.some((pattern) => pattern.test(namespace)) && prefixes.some((prefix) => key.startsWith(prefix)),
  };
}

function isSecret(secret: string): boolean {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const { length } = Buffer.from(base64 ?? '', 'base64');
  return length >= 24 && length <= 64;
}

function urlOf(text: string, allowPrivate: boolean, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === 'https:';
  if (url === undefined || !(isSecure || (allowPrivate && url.protocol === 'http:'))) {
    throw wrong(`${name} must begin with https://${allowPrivate ? ' or http://' : ''}`);
  }
  // It would be repeated in logs.
  if (url.username !== '' || url.password !== '') throw wrong(`${name} must not hold a password`);
  return url;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
