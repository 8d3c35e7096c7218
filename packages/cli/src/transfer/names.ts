import { checkKey, isConfigError } from '@cfg/core';

/** A name that the rules of keys refuse, why, and what `--map` makes of it; `undefined` if nothing can be made of it. */
export interface RefusedName {
  readonly key: string;
  readonly reason: string;
  readonly mapped: string | undefined;
}

/** Why that cannot be a key; `undefined` if it can. */
export function refusal(key: string): RefusedName | undefined {
  const reason = faultOf(key);
  return reason === undefined ? undefined : { key, reason, mapped: mappedName(key) };
}

/**
 * The nearest name that a key can have: without slashes at its ends and empty parts, `_` for each character that no key
 * has and for each part of dots alone.
 */
function mappedName(key: string): string | undefined {
  const parts = key.split('/').filter((part) => part !== '');
  const mapped = parts
    .map((part) =>
      part
        .replace(/[^a-zA-Z0-9_.-]/gu, '_')
        .replace(/\.{2,}/g, '_')
        .replace(/^\.$/, '_'),
    )
    .join('/');
  return faultOf(mapped) === undefined ? mapped : undefined;
}

function faultOf(key: string): string | undefined {
  try {
    checkKey(key);
    return undefined;
  } catch (error) {
    if (isConfigError(error)) return error.message;
    throw error;
  }
}
