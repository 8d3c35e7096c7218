// The browser's location as a store, and the one way to change it.

import { addressOf, type ParameterName, type Parameters, type Place, placeOf } from './place.ts';
import { createStore, type Store, useStore } from './store.ts';

export const base: string = new URL('.', document.baseURI).pathname;

const here = (): Place => placeOf(new URL(window.location.href), base);

export const place: Store<Place> = createStore(here());
window.addEventListener('popstate', () => place.set(here()));

/** Asked before the place is left; `false` stays. */
type Guard = (to: Place) => boolean;
const guards = new Set<Guard>();

export function guardLeaving(guard: Guard): () => void {
  guards.add(guard);
  return () => guards.delete(guard);
}

export interface Move {
  /** Takes the place of the present entry of the history. */
  readonly replace?: boolean | undefined;
}

export function go(to: Place, { replace = false }: Move = {}): void {
  for (const guard of guards) if (!guard(to)) return;
  const address = addressOf(to, base);
  if (replace) window.history.replaceState(null, '', address);
  else window.history.pushState(null, '', address);
  place.set(to);
}

/** Changes parameters of the present place; undefined or empty takes one out. */
export function setParameters(changes: Partial<Record<ParameterName, string | undefined>>, move?: Move): void {
  const now = place.get();
  const parameters: Partial<Record<ParameterName, string>> = { ...now.parameters };
  for (const [name, value] of Object.entries(changes) as [ParameterName, string | undefined][]) {
    if (value) parameters[name] = value;
    else delete parameters[name];
  }
  go({ ...now, parameters }, move);
}

export const usePlace = (): Place => useStore(place);
export const useParameters = (): Parameters => usePlace().parameters;
export const hrefOf = (to: Place): string => addressOf(to, base);
