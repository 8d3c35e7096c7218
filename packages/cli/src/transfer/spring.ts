import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkNamespace, defaultCodecs, Value } from '@cfg/core';
import { UsageError } from '../program/usage-error.js';
import { at, type Imported } from './imported.js';

/** A YAML file of a Spring application. */
export interface SpringFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Values by dotted name, as Spring sees them. */
type Properties = Map<string, unknown>;

const fileName = /^application(?:-(.+))?\.ya?ml$/;

/** The old and the new name of the property that says of which profiles a document is. */
const profileNames = ['spring.config.activate.on-profile', 'spring.profiles'];
const platformName = 'spring.config.activate.on-cloud-platform';

/** The file at the path; of a folder those whose names are Spring's, in Spring's order, and the names of the others. */
export function springFiles(path: string): { readonly files: readonly SpringFile[]; readonly others: string[] } {
  if (!statSync(path).isDirectory())
    return { files: [{ name: basename(path), bytes: readFileSync(path) }], others: [] };
  const names = readdirSync(path).sort();
  // A value of a profile overrides one without a profile.
  const own = names
    .filter((name) => fileName.test(name))
    .sort((a, b) => Number(profileOfFile(a) !== undefined) - Number(profileOfFile(b) !== undefined));
  if (own.length === 0) throw new UsageError(`${path} has no application.yml or application-PROFILE.yml`);
  return {
    files: own.map((name) => ({ name, bytes: readFileSync(join(path, name)) })),
    others: names.filter((name) => !own.includes(name)),
  };
}

/**
 * Reads Spring's YAML files. A profile is the namespace that `namespaceOf` returns for it, and what is of no profile that
 * of `undefined`. Nested and dotted names are the same to Spring, and `/` is between their parts here; a list is one value,
 * null an empty text. What comes later overrides what came before, as in Spring. Throws `UsageError` that names the file
 * and the document.
 */
export function readSpring(
  files: readonly SpringFile[],
  namespaceOf: (profile: string | undefined) => string,
): readonly Imported[] {
  const profiles = new Map<string | undefined, Properties>();
  for (const { name, bytes } of files) {
    const documents = at(name, () => defaultCodecs().documents(bytes, 'yaml'));
    for (const [index, document] of documents.entries()) {
      at(`${name}, document ${index + 1}`, () => {
        const properties = flatten(objectOf(document));
        for (const profile of profilesOf(properties, profileOfFile(name))) {
          const known = profiles.get(profile) ?? new Map();
          for (const [property, data] of properties) known.set(property, data);
          profiles.set(profile, known);
        }
      });
    }
  }
  return [...profiles].flatMap(([profile, properties]) => {
    const namespace = namespaceOf(profile);
    at(profile === undefined ? 'the default profile' : `profile ${profile}`, () => checkNamespace(namespace));
    return [...properties].map(([name, data]) => ({
      namespace,
      key: keyOf(name),
      value: at(name, () => Value.of(data)),
    }));
  });
}

const profileOfFile = (name: string): string | undefined => fileName.exec(name)?.[1];

function objectOf(document: unknown): object {
  if (document === null) return {};
  if (typeof document === 'object' && !Array.isArray(document)) return document;
  throw new UsageError('must have an object: names, each with its value');
}

/**
 * The profiles that a document is of; its condition is taken out of its properties. A list is any of its profiles; what
 * else Spring has for conditions no namespace can say.
 */
function profilesOf(properties: Properties, ofFile: string | undefined): readonly (string | undefined)[] {
  if (properties.has(platformName)) throw new UsageError(`${platformName} cannot be said by a namespace`);
  const name = profileNames.find((each) => properties.has(each));
  if (name === undefined) return [ofFile];
  if (ofFile !== undefined) throw new UsageError(`${name} in a file of the profile ${ofFile}`);
  const said = [properties.get(name)].flat().flatMap((each) => String(each).split(','));
  properties.delete(name);
  return said.map((each) => {
    const profile = each.trim();
    if (profile !== '' && !/[!&|()]/.test(profile)) return profile;
    throw new UsageError(`${name} is ${JSON.stringify(profile)}: only names of profiles can be namespaces`);
  });
}

function flatten(data: object, path = '', into: Properties = new Map()): Properties {
  for (const [name, value] of Object.entries(data)) {
    // `a: {"[b]": 1}` is a[b], without a dot.
    const full = path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) flatten(value, full, into);
    else into.set(full, value ?? '');
  }
  return into;
}

/** With `/` for each dot, but for those in brackets, which are of a name. */
const keyOf = (name: string): string => name.replace(/\[[^[\]]*\]|\./g, (part) => (part === '.' ? '/' : part));
