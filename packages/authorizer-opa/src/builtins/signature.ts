import {
  constants,
  createHmac,
  createSecretKey,
  type KeyObject,
  sign as signBytes,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { BuiltinError } from './builtin-error.js';

interface Algorithm {
  readonly family: 'HS' | 'RS' | 'PS' | 'ES' | 'EdDSA';
  readonly hash: string | null;
}

/** The signature algorithms of JSON web tokens; `none` is none of them. */
export const algorithms: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ...(['HS', 'RS', 'PS', 'ES'] as const).flatMap((family) =>
    ['256', '384', '512'].map((bits): [string, Algorithm] => [`${family}${bits}`, { family, hash: `sha${bits}` }]),
  ),
  ['EdDSA', { family: 'EdDSA', hash: null }],
]);

/** The type of key that a family takes; so a public key is never taken for a secret. */
const keyTypes = { HS: undefined, RS: 'rsa', PS: 'rsa', ES: 'ec', EdDSA: 'ed25519' } as const;

/** Whether a signature is one of `signed` by the key. A key of the wrong type, or an unknown algorithm, never fits. */
export function isSigned(alg: string, key: KeyObject, signed: string, signature: Buffer): boolean {
  const algorithm = algorithms.get(alg);
  if (algorithm === undefined || key.asymmetricKeyType !== keyTypes[algorithm.family]) return false;
  const { family, hash } = algorithm;
  const data = Buffer.from(signed);
  switch (family) {
    case 'HS': {
      if (key.type !== 'secret' || hash === null) return false;
      const expected = createHmac(hash, key).update(data).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    case 'ES':
      return verify(hash, data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    case 'PS': {
      const saltLength = constants.RSA_PSS_SALTLEN_AUTO;
      return verify(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
    }
    default:
      return verify(hash, data, key, signature);
  }
}

/** A signature by the key. Throws {@link BuiltinError} where algorithm and key do not fit. */
export function sign(alg: string, key: KeyObject, text: string): Buffer {
  const algorithm = algorithms.get(alg);
  if (algorithm === undefined) throw new BuiltinError(`unknown JWS algorithm: ${alg}`);
  const { family, hash } = algorithm;
  if (key.asymmetricKeyType !== keyTypes[family]) throw new BuiltinError(`${alg} needs another type of key`);
  const data = Buffer.from(text);
  if (family === 'HS' && hash !== null) return createHmac(hash, key).update(data).digest();
  if (family === 'ES') return signBytes(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  if (family !== 'PS') return signBytes(hash, data, key);
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return signBytes(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

export const secretKey = (secret: string): KeyObject => createSecretKey(secret, 'utf8');
