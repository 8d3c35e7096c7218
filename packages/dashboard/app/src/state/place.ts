// The present screen, and its address. The address is the only state of a screen that can be shared with others.

export const parameterNames = [
  'q', // filter
  'tab', // of a key: value, history, raw
  'view', // tree, list
  'deleted', // 1: deleted keys too
  'rev', // the namespace as it was at that revision
  'v1', // left and right side of a diff
  'v2',
  'show', // history of a key: diff, blame
  'diff', // semantic, text
  'ns', // several namespaces, with commas
  'only', // matrix: differences
  'op', // audit and events: kind of change
  'user',
  'key',
  'from',
  'to',
  'edit', // 1: the editor is open
] as const;

export type ParameterName = (typeof parameterNames)[number];
export type Parameters = Readonly<Partial<Record<ParameterName, string>>>;

const ownScreens = ['matrix', 'events', 'aliases', 'audit', 'status', 'changes', 'search'] as const;
const namespaceScreens = ['history', 'import'] as const;

export type Place =
  | { readonly screen: 'home' | (typeof ownScreens)[number]; readonly parameters: Parameters }
  | { readonly screen: (typeof namespaceScreens)[number]; readonly namespace: string; readonly parameters: Parameters }
  | {
      readonly screen: 'keys';
      readonly namespace: string;
      /** Empty: none is open. */
      readonly key: string;
      readonly parameters: Parameters;
    }
  | { readonly screen: 'unknown'; readonly parameters: Parameters };

export type Screen = Place['screen'];

/** One part of a path; the colons of namespaces stay readable. */
const encode = (segment: string): string => encodeURIComponent(segment).replaceAll('%3A', ':');

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T => names.some((each) => each === name);

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // not ours: shown as it is, and not found
  }
}

/** The place of an address below `base` (`/dashboard/`). */
export function placeOf(url: URL, base: string): Place {
  const parameters: Partial<Record<ParameterName, string>> = {};
  for (const name of parameterNames) {
    const value = url.searchParams.get(name);
    if (value) parameters[name] = value;
  }
  const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : '';
  const [first = '', second = '', third = '', ...rest] = path.split('/');
  if (first === '' || first === 'index.html') return { screen: 'home', parameters };
  if (first === 'ns' && second !== '') {
    const namespace = decode(second);
    if (third === '' || third === 'keys')
      return { screen: 'keys', namespace, key: rest.map(decode).join('/'), parameters };
    if (isOneOf(namespaceScreens, third)) return { screen: third, namespace, parameters };
  }
  if (isOneOf(ownScreens, first) && second === '') return { screen: first, parameters };
  return { screen: 'unknown', parameters };
}

/** The address of a place; `placeOf` reads it back. */
export function addressOf(place: Place, base: string): string {
  const parameters = new URLSearchParams();
  for (const name of parameterNames) {
    const value = place.parameters[name];
    if (value) parameters.set(name, value);
  }
  const query = parameters.toString();
  return `${base}${pathOf(place)}${query && `?${query}`}`;
}

function pathOf(place: Place): string {
  if (place.screen === 'home' || place.screen === 'unknown') return '';
  if (!('namespace' in place)) return place.screen;
  const home = `ns/${encode(place.namespace)}/`;
  if (place.screen !== 'keys') return home + place.screen;
  return `${home}keys${place.key && `/${place.key.split('/').map(encode).join('/')}`}`;
}

/** A place of a namespace's keys. */
export const keysPlace = (namespace: string, key = '', parameters: Parameters = {}): Place => ({
  screen: 'keys',
  namespace,
  key,
  parameters,
});
