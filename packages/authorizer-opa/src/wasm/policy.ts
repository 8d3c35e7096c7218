import type { Builtin, EvaluationContext } from '../builtins/builtin.js';
import { suppliedBuiltins } from '../builtins/supplied.js';
import { PolicyError } from '../policy/policy-error.js';
import { checkExports } from './abi.js';
import { Instance, type InstanceOptions } from './instance.js';

export interface PolicyOptions {
  /** The data document: whatever JSON can say. Default `{}`. */
  readonly data?: unknown;
  /** The rule to ask, as in `config/authz/allow`; without one, the only one that there is. */
  readonly entrypoint?: string | undefined;
  /** How large the memory of the policy may grow, in bytes. Default 128 MiB. */
  readonly maxMemoryBytes?: number | undefined;
  /** Built-in functions beyond those that are supplied. */
  readonly builtins?: Readonly<Record<string, Builtin>> | undefined;
}

/** A compiled policy with its data, ready to be asked. One that failed starts afresh with the next question. */
export class Policy {
  /** The rule that is asked. */
  readonly entrypoint: string;
  readonly #module: WebAssemblyModule;
  readonly #options: InstanceOptions;
  readonly #entrypointId: number;
  #instance: Instance | undefined;

  private constructor(module: WebAssemblyModule, options: InstanceOptions, entrypoint: string | undefined) {
    this.#module = module;
    this.#options = options;
    this.#instance = start(module, options);
    [this.entrypoint, this.#entrypointId] = choose(this.#instance.entrypoints, entrypoint);
  }

  /**
   * Rejects with {@link PolicyError} for what is not a policy, lacks the entrypoint, has data that does not fit, or wants
   * built-in functions that are not supplied, which it names.
   */
  static async load(wasm: Uint8Array<ArrayBuffer>, options: PolicyOptions = {}): Promise<Policy> {
    const { data = {}, entrypoint, maxMemoryBytes = 128 * 1024 * 1024, builtins = {} } = options;
    const module = await WebAssembly.compile(wasm).catch((cause: unknown) => {
      throw new PolicyError('the policy is not valid WebAssembly', { cause });
    });
    checkExports(module);
    // Own functions do not replace those of OPA: a policy shall mean the same everywhere.
    const builtin = (name: string): Builtin | undefined =>
      suppliedBuiltins.get(name) ?? (Object.hasOwn(builtins, name) ? builtins[name] : undefined);
    const settings = { data: JSON.stringify(data), maxMemoryBytes, moduleBytes: wasm.length, builtin };
    return new Policy(module, settings, entrypoint);
  }

  /** How large the memory of the policy is now, in bytes. */
  get memoryBytes(): number {
    return this.#instance?.memoryBytes ?? 0;
  }

  /**
   * Returns the entrypoint's result for an input, given in JSON: `undefined` where it is undefined. Throws what an evaluation
   * that cannot go on throws: out of memory, a built-in function that broke.
   */
  evaluate(input: string, context: EvaluationContext): unknown {
    this.#instance ??= start(this.#module, this.#options);
    try {
      const [first]: readonly { readonly result: unknown }[] = JSON.parse(
        this.#instance.evaluate(this.#entrypointId, input, context),
      );
      return first?.result;
    } catch (error) {
      this.#instance = undefined; // nobody knows what state it is in
      throw error;
    }
  }
}

function start(module: WebAssemblyModule, options: InstanceOptions): Instance {
  let instance: Instance;
  try {
    instance = new Instance(module, options);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PolicyError(`the policy and its data cannot be loaded: ${reason}`, { cause });
  }
  const missing = instance.builtinNames.filter((name) => options.builtin(name) === undefined);
  if (missing.length === 0) return instance;
  throw new PolicyError(`the policy calls functions that are not supplied: ${missing.sort().join(', ')}`);
}

function choose(entrypoints: ReadonlyMap<string, number>, wanted: string | undefined): [name: string, id: number] {
  const names = [...entrypoints.keys()].sort();
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) throw new PolicyError(`entrypoint must be one of ${names.join(', ')}`);
  const id = entrypoints.get(name);
  if (id !== undefined) return [name, id];
  throw new PolicyError(`the policy has no entrypoint ${name}, only ${names.join(', ') || 'none'}`);
}
