import { PolicyError } from '../policy/policy-error.js';

/** An address in the memory of a module; 0 stands for nothing. */
export type Address = number;

/** The exports of a policy, by OPA's WebAssembly ABI 1.2 and later. */
export interface PolicyExports {
  opa_malloc(bytes: number): Address;
  opa_heap_ptr_get(): Address;
  opa_heap_ptr_set(address: Address): void;
  opa_json_parse(text: Address, length: number): Address;
  opa_json_dump(value: Address): Address;
  opa_value_parse(text: Address, length: number): Address;
  opa_value_dump(value: Address): Address;
  opa_eval(
    reserved: 0,
    entrypoint: number,
    data: Address,
    input: Address,
    inputLength: number,
    heap: Address,
    format: 0 | 1,
  ): Address;
  builtins(): Address;
  entrypoints(): Address;
}

const functions: readonly (keyof PolicyExports)[] = [
  'opa_malloc',
  'opa_heap_ptr_get',
  'opa_heap_ptr_set',
  'opa_json_parse',
  'opa_json_dump',
  'opa_value_parse',
  'opa_value_dump',
  'opa_eval',
  'builtins',
  'entrypoints',
];

/** Throws {@link PolicyError} where a module is not a policy, or of an OPA from before 0.27. */
export function checkExports(module: WebAssemblyModule): void {
  const exported = WebAssembly.Module.exports(module);
  const missing = functions.filter((name) => !exported.some((one) => one.kind === 'function' && one.name === name));
  if (missing.length === functions.length) throw new PolicyError('the WebAssembly is not a policy compiled by OPA');
  if (missing.length > 0) {
    throw new PolicyError(`the policy was compiled by an OPA that is too old: it lacks ${missing.join(', ')}`);
  }
}
