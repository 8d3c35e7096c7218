import { type CompilerRequest, runCompiler } from './compiler.js';
import { RegoError } from './rego-error.js';

export interface RegoSource {
  /** The source of one module, or the sources of several by the names that errors shall give them. */
  readonly modules: string | Readonly<Record<string, string>>;
  /** The rules that the module can be asked for, as in `config/authz/allow` for `data.config.authz.allow`; at least one. */
  readonly entrypoints: readonly string[];
  /** The version of the language. Default 1; 0 is Rego as it was before OPA 1.0, without `if` and `contains`. */
  readonly regoVersion?: 0 | 1 | undefined;
}

export interface CompileOptions {
  /** Ends the compiler. */
  readonly signal?: AbortSignal | undefined;
}

export interface CompiledRego {
  /** A module of OPA's WebAssembly ABI 1.3, as `opa build -t wasm` makes it. */
  readonly wasm: Uint8Array<ArrayBuffer>;
}

/**
 * Compiles Rego to WebAssembly with OPA's own compiler, in a thread of its own: half a second, and some 250 MB while it
 * runs. Several calls take turns.
 *
 * Rejects with a {@link RegoError} that lists what is wrong with the source, an entrypoint that it does not have
 * included; with the signal's reason when it is aborted.
 *
 * @example
 * ```ts
 * const { wasm } = await compileRego({
 *   modules: 'package config.authz\n\nallow if input.action == "read"',
 *   entrypoints: ['config/authz/allow'],
 * });
 * ```
 */
export async function compileRego(source: RegoSource, options: CompileOptions = {}): Promise<CompiledRego> {
  const [compiled] = await compileAllRego([source], options);
  if (compiled instanceof RegoError) throw compiled;
  return compiled as CompiledRego;
}

/**
 * Compiles several sources, each to a module of its own, in one run of the compiler: what it takes to start it is paid
 * once. A source that does not compile has a {@link RegoError} in its place.
 *
 * Rejects where the compiler itself cannot be run, and with the signal's reason when it is aborted.
 */
export async function compileAllRego(
  sources: readonly RegoSource[],
  options: CompileOptions = {},
): Promise<(CompiledRego | RegoError)[]> {
  const answers = await runCompiler(sources.map(requestOf), options.signal);
  return answers.map((answer) => (answer instanceof Uint8Array ? { wasm: answer } : RegoError.of(answer)));
}

function requestOf({ modules, entrypoints, regoVersion = 1 }: RegoSource): CompilerRequest {
  if (entrypoints.length === 0) throw new RegoError('entrypoints must name at least one rule');
  const named = typeof modules === 'string' ? { 'policy.rego': modules } : modules;
  if (Object.keys(named).length === 0) throw new RegoError('modules must have at least one module');
  return { modules: named, entrypoints, regoVersion };
}
