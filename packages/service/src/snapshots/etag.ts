import { createHash } from 'node:crypto';
import type { Entry } from '@cfg/core';

/** The ETag of a namespace: hex SHA-256 over the lines `key:version`, in key order, as the original makes it. */
export function etagOf(entries: readonly Entry[]): string {
  const lines = entries.map(({ key, version }) => `${key}:${version}\n`).join('');
  return createHash('sha256').update(lines).digest('hex');
}
