import { TextDecoder } from 'node:util';
import type { Builtin, EvaluationContext } from '../builtins/builtin.js';
import { BuiltinError } from '../builtins/builtin-error.js';
import { parseValue } from '../rego/parse.js';
import { formatValue, type RegoValue } from '../rego/value.js';
import type { Address, PolicyExports } from './abi.js';

const pageBytes = 64 * 1024;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export interface InstanceOptions {
  /** The data document, in JSON. */
  readonly data: string;
  /** How large the memory may grow, in bytes. */
  readonly maxMemoryBytes: number;
  /** How large the module is, in bytes: its static data, which is part of it, must fit into the first memory. */
  readonly moduleBytes: number;
  /** The built-in function of a name; those that a module needs have been checked to be there. */
  readonly builtin: (name: string) => Builtin | undefined;
}

/**
 * A policy in memory. What an evaluation takes is given back at the beginning of the next, by setting the heap back to
 * where it was after the data document; so memory is as large as the largest evaluation needed. An instance that threw
 * is in an unknown state and must be thrown away.
 */
export class Instance {
  readonly entrypoints: ReadonlyMap<string, number>;
  /** The names of the built-in functions that the policy wants from us. */
  readonly builtinNames: readonly string[];
  readonly #memory: WebAssemblyMemory;
  readonly #policy: PolicyExports;
  readonly #builtins = new Map<number, Builtin>();
  readonly #data: Address;
  readonly #heap: Address;
  #bytes: Uint8Array<ArrayBuffer>;
  #context: EvaluationContext | undefined;

  /** Throws what the module throws: a `LinkError`, or a {@link WasmAbort} where the data does not fit. */
  constructor(module: WebAssemblyModule, options: InstanceOptions) {
    const { data, maxMemoryBytes, moduleBytes } = options;
    const initial = Math.ceil(moduleBytes / pageBytes) + 16;
    const maximum = Math.max(initial, Math.floor(maxMemoryBytes / pageBytes));
    this.#memory = new WebAssembly.Memory({ initial, maximum });
    this.#bytes = new Uint8Array(this.#memory.buffer);
    const call = (id: number, _context: Address, ...args: Address[]): Address => this.#call(id, args);
    const env = {
      memory: this.#memory,
      opa_abort: (message: Address): never => {
        throw new WasmAbort(this.#textAt(message));
      },
      opa_println: (): void => {},
      opa_builtin0: call,
      opa_builtin1: call,
      opa_builtin2: call,
      opa_builtin3: call,
      opa_builtin4: call,
    };
    this.#policy = new WebAssembly.Instance(module, { env }).exports as PolicyExports;
    this.entrypoints = new Map(Object.entries(this.#json<Record<string, number>>(this.#policy.entrypoints())));
    const wanted = Object.entries(this.#json<Record<string, number>>(this.#policy.builtins()));
    this.builtinNames = wanted.map(([name]) => name);
    for (const [name, id] of wanted) {
      const builtin = options.builtin(name);
      if (builtin !== undefined) this.#builtins.set(id, builtin);
    }
    this.#data = this.#policy.opa_json_parse(...this.#write(data));
    this.#heap = this.#policy.opa_heap_ptr_get();
  }

  /** How large the memory is, in bytes. It never shrinks. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * The result set of an entrypoint for an input in JSON: `[]` where it is undefined, else `[{"result":…}]`. An empty
   * input is none at all.
   */
  evaluate(entrypoint: number, input: string, context: EvaluationContext): string {
    this.#context = context;
    this.#refresh();
    let at = this.#heap;
    let heap = at;
    // Three bytes are the most that a unit of UTF-16 takes.
    if (at + input.length * 3 > this.#bytes.length) {
      // Allocated by the module, which then knows how far its memory reaches; grown from here it would grow again.
      this.#policy.opa_heap_ptr_set(at);
      at = this.#policy.opa_malloc(input.length * 3);
      this.#refresh();
    }
    const { written } = encoder.encodeInto(input, this.#bytes.subarray(at));
    heap = (at + written + 7) & ~7;
    const result = this.#policy.opa_eval(0, entrypoint, this.#data, written === 0 ? 0 : at, written, heap, 0);
    return this.#textAt(result);
  }

  #call(id: number, args: readonly Address[]): Address {
    const builtin = this.#builtins.get(id);
    const context = this.#context;
    if (builtin === undefined || context === undefined) throw new WasmAbort(`no built-in function ${id}`);
    let result: RegoValue | undefined;
    try {
      result = builtin(
        args.map((address) => parseValue(this.#textAt(this.#policy.opa_value_dump(address)))),
        context,
      );
    } catch (error) {
      // As in OPA, a function that fails is undefined. Any other error ends the evaluation.
      if (!(error instanceof BuiltinError)) throw error;
    }
    return result === undefined ? 0 : this.#policy.opa_value_parse(...this.#write(formatValue(result)));
  }

  #write(text: string): [address: Address, length: number] {
    const bytes = encoder.encode(text);
    const address = this.#policy.opa_malloc(bytes.length);
    this.#refresh();
    this.#bytes.set(bytes, address);
    return [address, bytes.length];
  }

  #json<T>(value: Address): T {
    return JSON.parse(this.#textAt(this.#policy.opa_json_dump(value)));
  }

  /** The text at an address, which ends with a zero. */
  #textAt(address: Address): string {
    this.#refresh();
    const end = this.#bytes.indexOf(0, address);
    if (end < 0) throw new WasmAbort('a text without an end');
    return decoder.decode(this.#bytes.subarray(address, end));
  }

  /** A memory that has grown has a new buffer. */
  #refresh(): void {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
  }
}

/** The policy gave up: out of memory, mostly. */
export class WasmAbort extends Error {
  override readonly name = 'WasmAbort';
}
