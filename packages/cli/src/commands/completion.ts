import { readFileSync } from 'node:fs';
import type { Session } from '../program/session.js';

/** Prints the shell's script, as the package has it. */
export async function completion({ output }: Session, shell: 'bash' | 'zsh' | 'fish'): Promise<undefined> {
  await output.write(readFileSync(new URL(`../../completion/cfg.${shell}`, import.meta.url)));
}
