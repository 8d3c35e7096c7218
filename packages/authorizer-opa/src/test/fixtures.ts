import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';

/** A compiled policy of fixtures/; build-policies.mjs makes them. */
export const wasmOf = (name: 'fixture' | 'refused'): Uint8Array<ArrayBuffer> =>
  new Uint8Array(gunzipSync(readFileSync(new URL(`fixtures/${name}.wasm.gz`, import.meta.url))));

export const pem = (name: string): string => readFileSync(new URL(`tls/${name}.pem`, import.meta.url), 'utf8');

/** A file or folder of policies/. */
export const policyFile = (name: string): string => fileURLToPath(new URL(`../../policies/${name}`, import.meta.url));

/** A bundle with these files. */
export async function bundleOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: Buffer.byteLength(body) },
    body,
  }));
  return gzipSync(await packTar(entries), { level: 1 });
}

/** A bundle of the policy fixture.rego, which allows the actions in `allowed` and tells `version`. */
export function versionBundle(version: string, allowed: readonly string[] = ['read']): Promise<Uint8Array> {
  return bundleOf({
    '/.manifest': JSON.stringify({ revision: version }),
    '/data.json': JSON.stringify({ version, allowed }),
    '/policy.wasm': wasmOf('fixture'),
  });
}
