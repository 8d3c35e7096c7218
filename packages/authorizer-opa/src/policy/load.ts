import { readFile, stat } from 'node:fs/promises';
import type { Builtin } from '../builtins/builtin.js';
import { Policy } from '../wasm/policy.js';
import { merged, readBundle } from './bundle.js';
import { compileSource } from './compile.js';
import { type PolicyFiles, readFolder, unpackBundle } from './files.js';
import { PolicyError } from './policy-error.js';
import { type BundleKey, checkSignature } from './signature.js';
import type { PolicySource } from './source.js';

export interface LoadOptions {
  readonly entrypoint: string;
  readonly regoVersion: 0 | 1;
  /** Beside what a bundle has. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly builtins: Readonly<Record<string, Builtin>>;
  readonly maxMemoryBytes: number;
  /** The largest bundle or source, as it comes and unpacked. */
  readonly maxPolicyBytes: number;
  /** Empty: signatures are not asked for. */
  readonly bundleKeys: readonly BundleKey[];
}

/** A policy, and what its makers call this version of it: empty if they do not. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly revision: string;
}

/** Loads a policy that is at hand. Rejects with {@link PolicyError}; a file that cannot be read is one too. */
export async function loadPolicy(
  source: Exclude<PolicySource, { url: unknown }>,
  options: LoadOptions,
): Promise<LoadedPolicy> {
  if ('bytes' in source) return fromBytes(source.bytes, options);
  if ('rego' in source) {
    const modules = typeof source.rego === 'string' ? { 'policy.rego': source.rego } : source.rego;
    return fromSource(modules, options);
  }
  let isFolder: boolean;
  try {
    const found = await stat(source.file);
    isFolder = found.isDirectory();
    if (!isFolder && found.size > options.maxPolicyBytes) throw tooLarge(options);
    if (!isFolder) return await fromBytes(await readFile(source.file), options);
  } catch (cause) {
    if (cause instanceof PolicyError) throw cause;
    throw new PolicyError(`cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return fromFiles(await readFolder(source.file, options.maxPolicyBytes), options);
}

/** Loads the content of a file or an HTTP response: WebAssembly, a bundle or Rego source. */
export async function fromBytes(
  bytes: Uint8Array,
  options: LoadOptions,
  signal?: AbortSignal | undefined,
): Promise<LoadedPolicy> {
  if (bytes.length > options.maxPolicyBytes) throw tooLarge(options);
  if (startsWith(bytes, [0x1f, 0x8b])) {
    return fromFiles(await unpackBundle(bytes, options.maxPolicyBytes), options, signal);
  }
  if (options.bundleKeys.length > 0) throw new PolicyError('only a bundle can be signed');
  if (startsWith(bytes, [0x00, 0x61, 0x73, 0x6d])) return fromWasm(new Uint8Array(bytes), options);
  return fromSource({ 'policy.rego': sourceText(bytes) }, options, signal);
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

const tooLarge = ({ maxPolicyBytes }: LoadOptions): PolicyError =>
  new PolicyError(`the policy is larger than ${maxPolicyBytes} bytes`);

function sourceText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PolicyError('neither WebAssembly, nor a bundle, nor Rego source', { cause });
  }
}

async function fromFiles(files: PolicyFiles, options: LoadOptions, signal?: AbortSignal): Promise<LoadedPolicy> {
  if (options.bundleKeys.length > 0) await checkSignature(files, options.bundleKeys);
  const { revision, regoVersion = options.regoVersion, data, modules, wasmFor } = readBundle(files);
  const settings = { ...options, regoVersion, data: merged(data, options.data, 'data') };
  const wasm = wasmFor(options.entrypoint);
  const loaded =
    wasm === undefined ? await fromSource(modules, settings, signal) : await fromWasm(new Uint8Array(wasm), settings);
  return { ...loaded, revision };
}

async function fromSource(
  modules: Readonly<Record<string, string>>,
  options: LoadOptions,
  signal?: AbortSignal,
): Promise<LoadedPolicy> {
  if (Object.keys(modules).length === 0) throw new PolicyError('neither policy.wasm nor a .rego file is in it');
  return fromWasm(await compileSource(modules, options.entrypoint, options.regoVersion, signal), options);
}

async function fromWasm(wasm: Uint8Array<ArrayBuffer>, options: LoadOptions): Promise<LoadedPolicy> {
  const { data, entrypoint, builtins, maxMemoryBytes } = options;
  return { policy: await Policy.load(wasm, { data, entrypoint, builtins, maxMemoryBytes }), revision: '' };
}
