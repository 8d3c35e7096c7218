export { type CompiledRego, type CompileOptions, compileAllRego, compileRego, type RegoSource } from './compile.js';
export { isCompilerThere } from './compiler-file.js';
export { RegoError, type RegoFault } from './rego-error.js';
