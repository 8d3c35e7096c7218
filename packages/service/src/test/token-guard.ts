import { ConfigError } from '@cfg/core';
import type { Guard } from '../index.js';

/** The guard of the recordings: the bearer token is the user id. */
export const tokenGuard = (): Guard => ({
  authenticate({ metadata }) {
    const header = metadata.get('authorization');
    if (header === undefined) throw new ConfigError('unauthenticated', 'missing token');
    if (!header.startsWith('Bearer ')) throw new ConfigError('unauthenticated', 'bad token format');
    return { userId: header.slice('Bearer '.length), claims: {} };
  },
  authorize({ userId }, action) {
    if (userId === 'boom') throw new Error('policy engine exploded');
    if (userId === 'nobody') return { allowed: false };
    if (userId === 'reader' && action === 'write') return { allowed: false, reason: 'readers cannot write' };
    if (userId === 'reader' && action === 'delete') return { allowed: false, reason: 'readers cannot delete' };
    return { allowed: true };
  },
});
