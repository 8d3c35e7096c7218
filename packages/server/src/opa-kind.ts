import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TokenVerifier } from '@cfg/authorizer-opa';
import { ConfigError, isConfigError, type Logger } from '@cfg/core';
import type { GuardChoice, GuardKind, GuardOptions, NameOf, OpenGuard } from './guard-kind.js';
import { reasonOf } from './reason.js';

/** A policy of OPA: a file, a folder or a URL. */
export const opaKind: GuardKind = {
  word: 'opa',
  needs: 'FILE|DIR|URL',
  own: ['opaEntrypoint', 'opaToken', 'opaBundleKey', 'jwtKeys', 'jwtIssuer', 'jwtAudience'],
  choose,
};

function choose(target: string, options: GuardOptions, nameOf: NameOf, logger: Logger): GuardChoice {
  const { opaEntrypoint: entrypoint, opaToken, opaBundleKey, jwtKeys, jwtIssuer, jwtAudience } = options;
  const isUrl = isWeb(target);
  if (opaToken !== undefined && !isUrl) throw wrong(`${nameOf('opaToken')} goes only with the URL of a policy`);
  for (const option of ['jwtIssuer', 'jwtAudience'] as const) {
    if (options[option] !== undefined && jwtKeys === undefined) {
      throw wrong(`${nameOf(option)} needs ${nameOf('jwtKeys')}`);
    }
  }
  const bundleKey = opaBundleKey === undefined ? undefined : readKey(opaBundleKey, nameOf('opaBundleKey'));
  const tokenKey = jwtKeys === undefined || isWeb(jwtKeys) ? undefined : readKey(jwtKeys, nameOf('jwtKeys'));
  const rules = { issuer: jwtIssuer, audience: jwtAudience };

  const open = async (): Promise<OpenGuard> => {
    // Only who has a policy pays for what evaluates it.
    const { jwksVerifier, opaGuard, publicKeyVerifier } = await import('@cfg/authorizer-opa');
    let verifier: TokenVerifier | undefined;
    if (tokenKey !== undefined) verifier = publicKeyVerifier(tokenKey, rules);
    else if (jwtKeys !== undefined) verifier = jwksVerifier(jwtKeys, { ...rules, logger });
    else logger.warn({}, `tokens are not verified: without ${nameOf('jwtKeys')} they are believed as they are`);
    const guard = await opaGuard({
      policy: isUrl ? { url: target } : { file: target },
      entrypoint,
      verifier,
      authorization: opaToken === undefined ? undefined : `Bearer ${opaToken}`,
      bundleKeys: bundleKey === undefined ? [] : [{ key: bundleKey }],
      logger,
    });
    return { guard, close: () => guard.close() };
  };
  const named = (error: unknown): unknown =>
    isConfigError(error)
      ? new ConfigError(error.code, `${nameOf('guard')}: ${error.message}`, { cause: error })
      : error;
  return { isOpen: false, open: () => open().catch((error: unknown) => Promise.reject(named(error))) };
}

const isWeb = (text: string): boolean => /^https?:\/\//i.test(text);

/** A public key in PEM, or a certificate. */
function readKey(file: string, name: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('invalid_argument', `${name}: ${reasonOf(cause)}`, { cause });
  }
  try {
    createPublicKey(text);
  } catch (cause) {
    throw new ConfigError('invalid_argument', `${name}: ${file} is not a public key in PEM form`, { cause });
  }
  if (text.includes('PRIVATE KEY')) throw wrong(`${name}: ${file} is a private key, which only its owner should have`);
  return text;
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
