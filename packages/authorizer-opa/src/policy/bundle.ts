import { parse } from 'yaml';
import type { PolicyFiles } from './files.js';
import { PolicyError } from './policy-error.js';

/** The content of a bundle. */
export interface Bundle {
  /** The name that its makers gave to this version; empty if they gave none. */
  readonly revision: string;
  /** The language of its sources, where it says. */
  readonly regoVersion: 0 | 1 | undefined;
  /** The data document: the files `data.json` and `data.yaml`, each at the path that it lies at. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The module for an entrypoint; undefined where there are only sources. */
  wasmFor(entrypoint: string): Uint8Array<ArrayBuffer> | undefined;
  /** The sources by their paths. */
  readonly modules: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly revision?: unknown;
  readonly rego_version?: unknown;
  readonly wasm?: unknown;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Throws {@link PolicyError} for files that are not a bundle's. */
export function readBundle(files: PolicyFiles): Bundle {
  const manifestFile = files.get('.manifest');
  const manifest: Manifest = manifestFile === undefined ? {} : jsonObject('.manifest', manifestFile);
  const modules: [string, string][] = [];
  let data: Record<string, unknown> = {};
  for (const [path, bytes] of files) {
    if (path.endsWith('.rego')) modules.push([path, textOf(path, bytes)]);
    else if (/(?:^|\/)data\.(?:json|ya?ml)$/.test(path)) {
      const document = path.endsWith('json') ? jsonObject(path, bytes) : yamlObject(path, bytes);
      const parents = path.split('/').slice(0, -1);
      data = merged(
        data,
        parents.reduceRight<Record<string, unknown>>((inner, name) => ({ [name]: inner }), document),
        path,
      );
    }
  }
  return {
    revision: typeof manifest.revision === 'string' ? manifest.revision : '',
    regoVersion: manifest.rego_version === 0 || manifest.rego_version === 1 ? manifest.rego_version : undefined,
    data,
    wasmFor: (entrypoint) => files.get(modulePath(manifest, entrypoint)),
    modules: Object.fromEntries(modules),
  };
}

/** Where the module of an entrypoint lies, by the manifest; `policy.wasm` where that says nothing. */
function modulePath({ wasm }: Manifest, entrypoint: string): string {
  const resolvers = Array.isArray(wasm) ? wasm : [];
  const found = resolvers.find((one) => typeof one === 'object' && one !== null && one.entrypoint === entrypoint);
  return typeof found?.module === 'string' ? found.module.replace(/^\/+/, '') : 'policy.wasm';
}

function textOf(path: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new PolicyError(`${path} is not text in UTF-8`, { cause });
  }
}

function jsonObject(path: string, bytes: Uint8Array): Record<string, unknown> {
  const text = textOf(path, bytes);
  try {
    return objectIn(path, JSON.parse(text));
  } catch (cause) {
    throw cause instanceof PolicyError ? cause : new PolicyError(`${path} is not JSON`, { cause });
  }
}

function yamlObject(path: string, bytes: Uint8Array): Record<string, unknown> {
  const text = textOf(path, bytes);
  try {
    return objectIn(path, parse(text, { maxAliasCount: 100 }));
  } catch (cause) {
    throw cause instanceof PolicyError ? cause : new PolicyError(`${path} is not YAML`, { cause });
  }
}

function objectIn(path: string, value: unknown): Record<string, unknown> {
  if (isObject(value)) return value;
  throw new PolicyError(`${path} must be an object`);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Two documents as one. Throws {@link PolicyError} where both have a value for the same place.
 *
 * @param name of the second, for the error
 */
export function merged(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  const sum = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const there = sum.get(key);
    if (!sum.has(key)) sum.set(key, value);
    else if (isObject(there) && isObject(value)) sum.set(key, merged(there, value, name));
    else throw new PolicyError(`${name}: there is data at ${JSON.stringify(key)} already`);
  }
  return Object.fromEntries(sum); // which, unlike an assignment, takes __proto__ for a name like any other
}
