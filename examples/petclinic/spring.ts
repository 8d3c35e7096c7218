import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { Value } from '@cfg/client';

/** Properties by dotted name, as Spring sees them: `server.port` → 8080. */
export type Properties = Map<string, unknown>;

/** A file of Spring configuration: a document in it is a profile. */
export interface SpringFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly documents: readonly unknown[];
}

const profileKey = 'spring.config.activate.on-profile';

/** The YAML files of a folder, by name. */
export function readSpringFiles(folder: string): SpringFile[] {
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return names.sort().map((name) => {
    const bytes = readFileSync(join(folder, name));
    return { name, bytes, documents: Value.fromBytes(bytes, { codec: 'yaml' }).documents() };
  });
}

/**
 * The properties by namespace, `<service>:<profile>`: a file is a service, a document in it a profile. Documents without
 * a profile are the default one's.
 */
export function propertiesByNamespace(files: readonly SpringFile[]): Map<string, Properties> {
  const namespaces = new Map<string, Properties>();
  for (const { name, documents } of files) {
    for (const document of documents) {
      const properties = flatten(document);
      const profile = String(properties.get(profileKey) ?? 'default');
      properties.delete(profileKey);
      const namespace = `${basename(name, extname(name))}:${profile}`;
      const known = namespaces.get(namespace) ?? new Map();
      namespaces.set(namespace, new Map([...known, ...properties]));
    }
  }
  return namespaces;
}

/** Nested and dotted names are the same to Spring. Lists stay whole; what is empty sets nothing. */
function flatten(data: unknown, path = '', into: Properties = new Map()): Properties {
  if (data === null || data === undefined) return into;
  if (typeof data !== 'object' || Array.isArray(data)) return into.set(path, data);
  for (const [name, value] of Object.entries(data)) flatten(value, path === '' ? name : `${path}.${name}`, into);
  return into;
}
