import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { ConfigError, isConfigError } from '@cfg/core';
import type { DataKeyRow } from '@cfg/core/store';
import type { KeyWrapper } from '../wrappers/key-wrapper.js';

const dataKeyBytes = 32;

/** How long a wrapper may take for one key, in milliseconds. */
const wrapperTimeoutMs = 10_000;

/** A new data key, wrapped, and unwrapped again to see that it can be. Throws what the wrapper does. */
export async function makeDataKey(
  wrapper: KeyWrapper,
): Promise<Pick<DataKeyRow, 'wrapped' | 'wrapper' | 'check' | 'createdAtMs'>> {
  const plain = randomBytes(dataKeyBytes);
  const key = { check: checkOf(plain), createdAtMs: Date.now(), wrapper: wrapper.id };
  const wrapped = await wrapper.wrap(plain, AbortSignal.timeout(wrapperTimeoutMs));
  await unwrapDataKey(wrapper, { ...key, wrapped, id: 0 });
  return { ...key, wrapped };
}

/** The same key wrapped by another wrapper, which is seen to unwrap it. Throws what the wrappers do. */
export async function rewrapDataKey(row: DataKeyRow, from: KeyWrapper, to: KeyWrapper): Promise<DataKeyRow> {
  const plain = await unwrapBytes(from, row);
  const wrapped = await to.wrap(plain, AbortSignal.timeout(wrapperTimeoutMs));
  const rewrapped = { ...row, wrapped, wrapper: to.id };
  await unwrapDataKey(to, rewrapped);
  return rewrapped;
}

/** Throws `invalid_argument` where this wrapper does not have the key that wrapped it; else what the wrapper throws. */
export async function unwrapDataKey(
  wrapper: KeyWrapper,
  row: Pick<DataKeyRow, 'id' | 'wrapped' | 'wrapper' | 'check'>,
): Promise<KeyObject> {
  return createSecretKey(await unwrapBytes(wrapper, row));
}

async function unwrapBytes(
  wrapper: KeyWrapper,
  row: Pick<DataKeyRow, 'id' | 'wrapped' | 'wrapper' | 'check'>,
): Promise<Uint8Array> {
  if (row.wrapper !== wrapper.id) {
    throw new ConfigError(
      'invalid_argument',
      `data key ${row.id} is wrapped by the key ${row.wrapper}, and the key given is ${wrapper.id}`,
    );
  }
  let plain: Uint8Array;
  try {
    plain = await wrapper.unwrap(row.wrapped, AbortSignal.timeout(wrapperTimeoutMs));
  } catch (error) {
    if (!isConfigError(error, 'invalid_argument')) throw error;
    throw new ConfigError('invalid_argument', `data key ${row.id} does not open: ${error.message}`, { cause: error });
  }
  if (plain.length === dataKeyBytes && timingSafeEqual(checkOf(plain), row.check)) return plain;
  throw new ConfigError(
    'invalid_argument',
    `data key ${row.id} does not open: ${wrapper.id} unwraps it to another key`,
  );
}

const checkOf = (plain: Uint8Array): Buffer => createHmac('sha256', plain).update('cfg data key').digest();
