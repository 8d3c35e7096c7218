import { type ComponentType, lazy } from 'react';
import type { Place } from '../state/place.ts';

type Name = Place['screen'];

const sources: Readonly<Record<Name, () => Promise<{ readonly default: ComponentType }>>> = {
  home: () => import('../screens/home/home.tsx'),
  keys: () => import('../screens/keys/keys.tsx'),
  history: () => import('../screens/history/history.tsx'),
  import: () => import('../screens/import/import.tsx'),
  matrix: () => import('../screens/matrix/matrix.tsx'),
  events: () => import('../screens/events/events.tsx'),
  aliases: () => import('../screens/aliases/aliases.tsx'),
  audit: () => import('../screens/audit/audit.tsx'),
  status: () => import('../screens/status/status.tsx'),
  changes: () => import('../screens/changes/changes.tsx'),
  search: () => import('../screens/search/search.tsx'),
  unknown: () => import('../screens/unknown.tsx'),
};

const lazies: Partial<Record<Name, ComponentType>> = {};
const fetched: Partial<Record<Name, ComponentType>> = {};

/** Fetches a screen before it is shown. Where that fails, showing it tries again and says so. */
export async function fetchScreen(name: Name): Promise<void> {
  try {
    fetched[name] = (await sources[name]()).default;
  } catch {
    // said where it is shown
  }
}

/** A screen; React holds one that has to be fetched first back for 300 ms, so one that is there comes without that. */
export function screenOf(name: Name): ComponentType {
  lazies[name] ??= lazy(sources[name]);
  return fetched[name] ?? lazies[name];
}
