import { ConfigError } from '@cfg/core';
import { keyFile } from './key-file.js';
import { keyVariable } from './key-variable.js';
import type { KeyWrapper } from './key-wrapper.js';
import { vaultTransit } from './vault-transit.js';

/**
 * The wrapper that a text names: `file:PATH`, `env:NAME`, or `vault:URL`, where the URL is that of the server with the
 * mount and the name of the key, as in `vault:https://vault.example.com:8200/transit/cfg`; the token is in the variable
 * `VAULT_TOKEN`. Throws `invalid_argument`.
 *
 * @param name what the user calls the option; errors name it so
 */
export function parseWrapper(text: string, name = 'secrets'): KeyWrapper {
  const [kind, rest] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  try {
    if (kind === 'file' && rest !== '') return keyFile(rest);
    if (kind === 'env' && rest !== '') return keyVariable(rest);
    if (kind === 'vault' && /^https?:\/\/[^/@]+\/.+\/[^/]+$/.test(rest)) {
      const { origin, pathname } = new URL(rest);
      const at = pathname.lastIndexOf('/');
      const [mount, key] = [pathname.slice(1, at), pathname.slice(at + 1)].map(decodeURIComponent);
      return vaultTransit({ address: origin, mount, key: key ?? '', namespace: process.env.VAULT_NAMESPACE });
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.code, `${name}: ${error.message}`, { cause: error });
  }
  throw new ConfigError('invalid_argument', `${name} must be file:PATH, env:NAME or vault:https://HOST/MOUNT/KEY`);
}
