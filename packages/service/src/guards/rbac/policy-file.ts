import { readFileSync } from 'node:fs';
import { ConfigError } from '@cfg/core';
import { LineCounter, parseDocument } from 'yaml';
import { checkPolicy, PolicyFault } from './policy.js';
import { RbacGuard } from './rbac.js';

/** Reads a policy in YAML or JSON. Throws `invalid_argument` with the file, the line and the reason. */
export function readPolicy(file: string): RbacGuard {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('invalid_argument', `${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fault = (offset: number, reason: string): ConfigError =>
    new ConfigError('invalid_argument', `${file}:${lines.linePos(offset).line}: ${reason}`);
  const [unreadable] = document.errors;
  if (unreadable !== undefined) throw fault(unreadable.pos[0], unreadable.message.split('\n')[0] ?? '');
  try {
    return new RbacGuard(checkPolicy(document.toJS({ maxAliasCount: 100 })));
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw fault(0, error instanceof Error ? error.message : String(error));
    throw fault(offsetOf(document, error.path), error.message);
  }
}

/** Where the innermost part of `path` that exists begins. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    if (Array.isArray(range)) return range[0] as number;
  }
  return document.contents?.range?.[0] ?? 0;
}
