import { createHash, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { parse } from 'yaml';
import type { PolicyFiles } from './files.js';
import { PolicyError } from './policy-error.js';

/** A key that bundles are signed with: `opa build --signing-key` and `opa sign` make such signatures. */
export interface BundleKey {
  /** The public key in PEM, or the secret for HMAC. */
  readonly key: string;
  /** The name that signatures give it. Without one it is tried whatever they say. */
  readonly id?: string | undefined;
  /** As in `PS256`. Default: RS256 for RSA, that of its curve for EC, EdDSA. HMAC must be named. */
  readonly algorithm?: string | undefined;
  /** The scope that the signature must name. Default none: then it must name none. */
  readonly scope?: string | undefined;
}

interface SignedFile {
  readonly name: string;
  readonly hash: string;
  readonly algorithm: string;
}

/** The hashes that OPA knows, by the names that Node has for them. */
const hashes: ReadonlyMap<string, string> = new Map([
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
  ['SHA-512-256', 'sha512-256'],
]);

const signaturesFile = '.signatures.json';

/**
 * Checks that a bundle is signed by one of `keys`, and that its files are those that were signed, none more and none
 * less. Rejects with {@link PolicyError}. Hashes weaker than SHA-256 are refused.
 */
export async function checkSignature(files: PolicyFiles, keys: readonly BundleKey[]): Promise<void> {
  const token = signatureIn(files.get(signaturesFile));
  const signed = new Map((await signedFiles(token, keys)).map((file) => [file.name.replace(/^\/+/, ''), file]));
  for (const [path, bytes] of files) {
    if (path === signaturesFile) continue;
    const file = signed.get(path);
    if (file === undefined) throw new PolicyError(`the bundle's ${path} is not signed`);
    const algorithm = hashes.get(file.algorithm);
    if (algorithm === undefined)
      throw new PolicyError(`the bundle's ${path} is signed with the hash ${file.algorithm}`);
    if (createHash(algorithm).update(signedForm(path, bytes)).digest('hex') !== file.hash)
      throw new PolicyError(`the bundle's ${path} is not what was signed`);
    signed.delete(path);
  }
  const [lost] = signed.keys();
  if (lost !== undefined) throw new PolicyError(`the bundle lacks ${lost}, which is signed`);
}

function signatureIn(file: Uint8Array | undefined): string {
  if (file === undefined) throw new PolicyError('the bundle is not signed');
  try {
    const { signatures } = JSON.parse(Buffer.from(file).toString());
    if (Array.isArray(signatures) && signatures.length === 1 && typeof signatures[0] === 'string') return signatures[0];
  } catch {
    // told below
  }
  throw new PolicyError(`the bundle's ${signaturesFile} must hold exactly one signature`);
}

async function signedFiles(token: string, keys: readonly BundleKey[]): Promise<readonly SignedFile[]> {
  const { kid } = headerOf(token);
  const candidates = keys.filter(({ id }) => id === undefined || id === kid);
  for (const { key, algorithm = algorithmOf(key), scope = '' } of candidates) {
    const verified = await compactVerify(token, keyObject(key, algorithm), { algorithms: [algorithm] }).catch(() => {});
    if (verified === undefined) continue;
    const payload = JSON.parse(Buffer.from(verified.payload).toString());
    if ((payload.scope ?? '') !== scope) {
      throw new PolicyError(`the bundle is signed for the scope ${JSON.stringify(payload.scope ?? '')}`);
    }
    return payload.files ?? [];
  }
  throw new PolicyError('the bundle is not signed by a known key');
}

function headerOf(token: string): { readonly kid?: string } {
  try {
    return decodeProtectedHeader(token);
  } catch (cause) {
    throw new PolicyError('the signature of the bundle is damaged', { cause });
  }
}

const curves: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
]);

/** The usual algorithm for a public key in PEM. Throws what `node:crypto` throws. */
export function algorithmOf(key: string): string {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey(key);
  if (type === 'ed25519') return 'EdDSA';
  return (type === 'ec' ? curves.get(details?.namedCurve) : undefined) ?? 'RS256';
}

/** Throws what `node:crypto` throws. */
export function keyObject(key: string, algorithm: string): KeyObject {
  return algorithm.startsWith('HS') ? createSecretKey(key, 'utf8') : createPublicKey(key);
}

/** The bytes of a file that are hashed: of a document, its content in a canonical form, however it is laid out in the file. */
function signedForm(path: string, bytes: Uint8Array): Uint8Array | string {
  const isJson = path === '.manifest' || /(?:^|\/)data\.json$/.test(path);
  if (!isJson && !/(?:^|\/)data\.ya?ml$/.test(path)) return bytes;
  const text = Buffer.from(bytes).toString();
  try {
    return canonical(isJson ? JSON.parse(text, keepNumber) : parse(text, { maxAliasCount: 100 }));
  } catch (cause) {
    throw new PolicyError(`the bundle's ${path} is not what was signed: it cannot be read`, { cause });
  }
}

/** A number as it is written: 1.0 is not 1 to a hash. */
class Literal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const keepNumber = (_key: string, value: unknown, { source }: { source?: string } = {}): unknown =>
  typeof value === 'number' ? new Literal(source ?? String(value)) : value;

/** JSON without blanks, fields in the order of their bytes. */
function canonical(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${fields.map(([key, member]) => `${canonical(key)}:${canonical(member)}`).join()}}`;
  }
  const text = JSON.stringify(value) ?? 'null';
  return text.replace(/[\u2028\u2029]/g, (character) => (character === '\u2028' ? '\\u2028' : '\\u2029'));
}
