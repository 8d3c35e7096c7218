import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Builtin, type Builtins, stringAt } from './builtin.js';

const digest =
  (algorithm: string): Builtin =>
  (args) =>
    createHash(algorithm).update(stringAt(args, 0)).digest('hex');

const hmac =
  (algorithm: string): Builtin =>
  (args) =>
    createHmac(algorithm, stringAt(args, 1)).update(stringAt(args, 0)).digest('hex');

export const cryptoBuiltins: Builtins = {
  'crypto.md5': digest('md5'),
  'crypto.sha1': digest('sha1'),
  'crypto.sha256': digest('sha256'),
  'crypto.hmac.md5': hmac('md5'),
  'crypto.hmac.sha1': hmac('sha1'),
  'crypto.hmac.sha256': hmac('sha256'),
  'crypto.hmac.sha512': hmac('sha512'),
  'crypto.hmac.equal': (args) => {
    const [a, b] = [Buffer.from(stringAt(args, 0)), Buffer.from(stringAt(args, 1))];
    return a.length === b.length && timingSafeEqual(a, b);
  },
};
