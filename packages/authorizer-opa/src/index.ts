// The guard
export { type OpaGuard, opaGuard } from './opa-guard.js';
export type { OpaGuardOptions } from './options.js';
export type { PolicySource } from './policy/source.js';
export type { BundleKey } from './policy/signature.js';
export type { TlsOptions } from './http.js';
// Tokens
export {
  type Claims,
  hmacVerifier,
  publicKeyVerifier,
  type TokenRules,
  type TokenVerifier,
} from './token/verifier.js';
export { type JwksOptions, jwksVerifier } from './token/jwks.js';
// Functions of one's own
export type { Builtin, EvaluationContext } from './builtins/builtin.js';
export { BuiltinError } from './builtins/builtin-error.js';
export { RegoObject, RegoSet, type RegoValue } from './rego/value.js';
