// The guard
export { type OpaGuard, opaGuard } from './opa-guard.js';
export type { OpaGuardOptions } from './options.js';
export type { PolicySource } from './policy/source.js';
export type { BundleKey } from './policy/signature.js';
// Tokens
export {
  type Claims,
  hmacVerifier,
  type JwksOptions,
  jwksVerifier,
  publicKeyVerifier,
  type TlsOptions,
  type TokenRules,
  type TokenVerifier,
} from '@cfg/service';
// Functions of one's own
export type { Builtin, EvaluationContext } from './builtins/builtin.js';
export { BuiltinError } from './builtins/builtin-error.js';
export { RegoObject, RegoSet, type RegoValue } from './rego/value.js';
