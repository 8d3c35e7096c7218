// The compiler of @cfg/rego, built where Go is installed: some tests need it, and are skipped where it is not there. It is
// built once for each version of its sources; that takes a minute.
import { buildCompiler } from '../rego-compiler/build.mjs';

export default function rego() {
  const { state, reason } = buildCompiler();
  if (state === 'failed') return [reason];
  if (state === 'impossible')
    return { complaints: [], passed: 0, skipped: 1, note: `skipped: ${reason.split('\n')[0]}` };
  return { complaints: [], note: state };
}
