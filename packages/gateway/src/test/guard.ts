import { ConfigError } from '@cfg/core';
import type { Guard } from '@cfg/service';

/** The guard that the recordings were made with: the bearer token is the user id. */
export const recordedGuard: Guard = {
  authenticate({ metadata }) {
    const header = metadata.get('authorization');
    if (header === undefined) throw new ConfigError('unauthenticated', 'missing token');
    const token = /^Bearer (.+)$/.exec(header)?.[1];
    if (token === undefined) throw new ConfigError('unauthenticated', 'bad token format');
    return { userId: token, claims: {} };
  },
  authorize({ userId }, action) {
    if (userId === 'boom') throw new Error('policy engine exploded');
    if (userId === 'nobody') return { allowed: false };
    if (userId === 'reader' && action === 'write') return { allowed: false, reason: 'readers cannot write' };
    if (userId === 'reader' && action === 'delete') return { allowed: false, reason: 'readers cannot delete' };
    return { allowed: true };
  },
};
