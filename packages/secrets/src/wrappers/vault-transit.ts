import { ConfigError } from '@cfg/core';
import { maxInt32, wholeNumber } from '@cfg/core/store';
import type { KeyWrapper } from './key-wrapper.js';

export interface VaultTransitOptions {
  /** Of the server, as in `https://vault.example.com:8200`. */
  readonly address: string;
  /** Where the transit engine is mounted. Default `transit`. */
  readonly mount?: string | undefined;
  /** The name of the key there. */
  readonly key: string;
  /** The token, or what returns the one that holds now. Default: the variable `VAULT_TOKEN`, as it is at each call. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** The namespace of an enterprise server. Default: none. */
  readonly namespace?: string | undefined;
  /** How long one call may take, in milliseconds. Default 5,000; 1 to 2³¹ − 1. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A key of HashiCorp Vault's (or OpenBao's) transit engine. The data key is sent there to be wrapped, and back; a newer
 * version of Vault's key is used after the next `rewrap`. Throws `invalid_argument` for an option.
 *
 * @example
 * const wrapper = vaultTransit({ address: 'https://vault.example.com:8200', key: 'cfg' });
 */
export function vaultTransit(options: VaultTransitOptions): KeyWrapper {
  const { address, mount = 'transit', key, namespace } = options;
  const timeoutMs = wholeNumber('timeoutMs', options.timeoutMs ?? 5_000, 1, maxInt32);
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw new ConfigError(
      'invalid_argument',
      'the address of Vault must be a URL, as in https://vault.example.com:8200',
    );
  }
  if (key === '' || mount === '') throw new ConfigError('invalid_argument', 'a key of Vault has a mount and a name');

  async function call(operation: 'encrypt' | 'decrypt', body: object, signal: AbortSignal): Promise<VaultData> {
    const token = options.token ?? process.env.VAULT_TOKEN ?? '';
    const path = [mount, operation, key].map((part) => part.split('/').map(encodeURIComponent).join('/')).join('/');
    const response = await fetch(new URL(`/v1/${path}`, address), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-vault-token': typeof token === 'string' ? token : await token(),
        ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    if (response.ok) return ((await response.json()) as { data: VaultData }).data;
    await response.body?.cancel();
    // 400 is how Vault says that the key did not make this text, or has dropped the version that did.
    const code = operation === 'decrypt' && response.status === 400 ? 'invalid_argument' : 'unavailable';
    throw new ConfigError(code, `Vault answered ${response.status} to ${operation} with the key ${mount}/${key}`);
  }

  return {
    id: `vault:${mount}/${key}`,
    async wrap(plain, signal) {
      const { ciphertext } = await call('encrypt', { plaintext: Buffer.from(plain).toString('base64') }, signal);
      return Buffer.from(textOf(ciphertext));
    },
    async unwrap(wrapped, signal) {
      const { plaintext } = await call('decrypt', { ciphertext: Buffer.from(wrapped).toString() }, signal);
      return Buffer.from(textOf(plaintext), 'base64');
    },
  };
}

interface VaultData {
  readonly ciphertext?: unknown;
  readonly plaintext?: unknown;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ConfigError('unavailable', 'Vault answered without what was asked for');
}
