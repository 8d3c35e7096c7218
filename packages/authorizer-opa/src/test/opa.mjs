// The real `opa`, where it is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const isOpaThere = () => spawnSync('opa', ['version']).status === 0;

/**
 * The value of a policy's `data.config.authz.decision` for each input, in one run; null where it is undefined.
 *
 * @param {string} policy a file
 * @param {object} data
 * @param {readonly object[]} inputs
 * @returns {unknown[]}
 */
export function decideByOpa(policy, data, inputs) {
  const scratch = mkdtempSync(join(tmpdir(), 'cfg-opa-'));
  try {
    const file = join(scratch, 'data.json');
    writeFileSync(file, JSON.stringify({ ...data, inputs }));
    const query = '[found | some one in data.inputs; found := [x | x := data.config.authz.decision with input as one]]';
    const output = execFileSync('opa', ['eval', '--format', 'json', '--data', policy, '--data', file, query], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const [[{ value }]] = JSON.parse(output).result.map(({ expressions }) => expressions);
    return value.map(([decision = null]) => decision);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
