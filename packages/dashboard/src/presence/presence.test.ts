import { beforeEach, describe, expect, it } from 'vitest';
import { Presence, type Visit } from './presence.js';

let now = 0;
let presence: Presence;
beforeEach(() => {
  now = 0;
  presence = new Presence({ keptMs: 10, maxVisits: 3, maxTold: 2, now: () => now });
});

const visit = (userId: string, more: Partial<Visit> = {}): Visit => ({
  userId,
  id: 'tab',
  namespace: 'prod',
  key: 'a',
  isEditing: false,
  ...more,
});

describe('presence', () => {
  it('tells who else has the key on the screen, those who edit first', () => {
    expect(presence.enter(visit('ann'))).toEqual([]);
    expect(presence.enter(visit('bob', { isEditing: true }))).toEqual([{ userId: 'ann', isEditing: false }]);
    expect(presence.enter(visit('cem'))).toEqual([
      { userId: 'bob', isEditing: true },
      { userId: 'ann', isEditing: false },
    ]);
  });

  it('tells nothing of other keys and namespaces, and a page is at one place at a time', () => {
    presence.enter(visit('ann'));
    expect(presence.enter(visit('bob', { key: 'b' }))).toEqual([]);
    expect(presence.enter(visit('bob', { namespace: 'dev' }))).toEqual([]);
    presence.enter(visit('ann', { key: 'b' }));
    expect(presence.enter(visit('bob'))).toEqual([]);
  });

  it('takes two pages of one user for two, and the same page of two users', () => {
    presence.enter(visit('ann'));
    expect(presence.enter(visit('ann', { id: 'other' }))).toEqual([{ userId: 'ann', isEditing: false }]);
    expect(presence.enter(visit('bob'))).toHaveLength(2);
  });

  it('forgets who leaves, and who has been silent', () => {
    presence.enter(visit('ann'));
    presence.enter(visit('bob'));
    presence.leave(visit('ann'));
    expect(presence.enter(visit('cem'))).toEqual([{ userId: 'bob', isEditing: false }]);
    now = 10;
    expect(presence.enter(visit('ann'))).toEqual([]);
    presence.leave(visit('nobody'));
  });

  it('remembers no more than it may: who has been silent longest goes first', () => {
    for (const user of ['ann', 'bob', 'cem']) presence.enter(visit(user));
    presence.enter(visit('ann'));
    const told = presence.enter(visit('dan'));
    expect(told.map(({ userId }) => userId).sort()).toEqual(['ann', 'cem']);
  });
});
