import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** Properties by dotted name, as Spring sees them: `server.port` → 8080. */
export type Properties = Map<string, unknown>;

const profileKey = 'spring.config.activate.on-profile';

/**
 * Reads a folder of Spring configuration: a file is a service, a YAML document in it a profile. Answers the properties
 * by namespace, `<service>:<profile>`; documents without a profile are the default one's.
 */
export function readSpringConfig(folder: string): Map<string, Properties> {
  const namespaces = new Map<string, Properties>();
  for (const file of readdirSync(folder).sort()) {
    if (!/\.ya?ml$/.test(file)) continue;
    const service = basename(file, extname(file));
    const text = readFileSync(join(folder, file), 'utf8').replace(/^\uFEFF/, '');
    for (const document of parseAllDocuments(text)) {
      if (document.errors[0]) throw new Error(`${file}: ${document.errors[0].message}`);
      const properties = flatten(document.toJS());
      const profile = String(properties.get(profileKey) ?? 'default');
      properties.delete(profileKey);
      const namespace = `${service}:${profile}`;
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
