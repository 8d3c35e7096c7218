import { ConfigError } from '@cfg/core';

/**
 * Where a policy comes from. What it is, is seen from the bytes: WebAssembly, a bundle (`.tar.gz`) or Rego source.
 *
 * - `{ rego }`: source, one module or several by name
 * - `{ bytes }`: a module of WebAssembly or a bundle
 * - `{ file }`: a file with any of these, or a folder with what a bundle has in it; read once
 * - `{ url }`: any of these over HTTP, asked for again and again
 */
export type PolicySource =
  | { readonly rego: string | Readonly<Record<string, string>> }
  | { readonly bytes: Uint8Array }
  | { readonly file: string }
  | { readonly url: string | URL };

/** A source in words, for errors and logs. A URL is told without its query, which may hold a secret. */
export function describeSource(source: PolicySource): string {
  if ('file' in source) return source.file;
  if ('url' in source) return withoutSecrets(source.url);
  return 'rego' in source ? 'the Rego source' : 'the policy';
}

function withoutSecrets(url: string | URL): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** The URL of a source, checked; undefined where it has none. Throws `invalid_argument`. */
export function urlOf(source: PolicySource): URL | undefined {
  if (!('url' in source)) return undefined;
  const url = URL.canParse(String(source.url)) ? new URL(source.url) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url;
  throw new ConfigError('invalid_argument', 'policy.url must be a URL with https or http');
}
