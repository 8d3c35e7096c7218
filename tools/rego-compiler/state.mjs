// Prints what the compiler of @cfg/rego was built from, for nx: the same tests are skipped without it and run with it.
import { existsSync, readFileSync } from 'node:fs';

const stamp = new URL('../../packages/rego/compiler/built-from', import.meta.url);
process.stdout.write(existsSync(stamp) ? readFileSync(stamp, 'utf8') : 'not built');
