import { PolicyError } from './policy-error.js';

/** Compiles Rego by `@cfg/rego`, where that is installed. Rejects with {@link PolicyError}. */
export async function compileSource(
  modules: Readonly<Record<string, string>>,
  entrypoint: string,
  regoVersion: 0 | 1,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const { compileRego, isCompilerThere, RegoError } = await compiler(entrypoint);
  if (!isCompilerThere()) throw missing(entrypoint);
  try {
    const { wasm } = await compileRego({ modules, entrypoints: [entrypoint], regoVersion }, { signal });
    return wasm;
  } catch (error) {
    throw error instanceof RegoError ? new PolicyError(error.message, { cause: error }) : error;
  }
}

async function compiler(entrypoint: string): Promise<typeof import('@cfg/rego')> {
  try {
    return await import('@cfg/rego');
  } catch (cause) {
    throw missing(entrypoint, cause);
  }
}

const missing = (entrypoint: string, cause?: unknown): PolicyError =>
  new PolicyError(
    'the policy is Rego source, which @cfg/rego compiles: install it, or compile the source by hand with ' +
      `opa build -t wasm -e ${entrypoint} -o bundle.tar.gz policy.rego`,
    { cause },
  );
