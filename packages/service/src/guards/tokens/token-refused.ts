import { ConfigError, isConfigError } from '@cfg/core';
import { errors } from 'jose';

/** The reason why a token is refused, for its caller: enough to mend it, nothing of our keys. */
export function tokenRefused(error: unknown): unknown {
  if (isConfigError(error) || !(error instanceof errors.JOSEError)) return error;
  return new ConfigError('unauthenticated', messageOf(error), { cause: error });
}

function messageOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'nbf' ? 'the token is not valid yet' : `the token's claim ${error.claim} is not accepted`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "the token's algorithm is not accepted";
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return 'the token is not signed by a known key';
  }
  return 'the credential is not a token that can be verified';
}
