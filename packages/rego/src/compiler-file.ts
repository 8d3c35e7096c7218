import { existsSync } from 'node:fs';

/** The compiler, packed. It is part of the released package; a clone of the repository has to build it. */
export const compilerFile: URL = new URL('../compiler/compiler.wasm.br', import.meta.url);

/** Whether this installation of the package has its compiler: always, except in a clone where it was not built. */
export const isCompilerThere = (): boolean => existsSync(compilerFile);
