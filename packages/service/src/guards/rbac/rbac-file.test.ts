import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashToken, type RbacFileGuard, rbacFile } from '../../index.js';

const { hash } = hashToken();
const resource = { namespace: 'prod', key: 'a', prefix: '' };

describe('a policy in a file', () => {
  let dir: string;
  let logged: { level: string; message: string }[];
  let tell: () => void;

  const log = (level: string) => (fields: object, text: string) => {
    const { err } = fields as { err?: Error };
    logged.push({ level, message: `${text}${err ? `: ${err.message}` : ''}` });
    tell();
  };
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const open = (file: string): RbacFileGuard => rbacFile(file, { logger, pollIntervalMs: 10 });
  const isAllowed = (guard: RbacFileGuard, action: string): boolean =>
    guard.authorize({ userId: 'ann', claims: { roles: ['a'] } }, action, resource).allowed;

  /** Puts a file in the place of the old one, and waits until the guard has said something about it. */
  async function replace(file: string, text: string): Promise<void> {
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
    await told;
  }

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'cfg-rbac-'));
    logged = [];
    tell = () => {};
  });

  afterEach(() => rmSync(dir, { recursive: true }));

  it('is read, in YAML or JSON, and read again when it changes', async () => {
    const file = join(dir, 'rbac.yaml');
    writeFileSync(file, `roles:\n  a:\n    - actions: [read]\ntokens:\n  - {user: ann, hash: "${hash}", roles: [a]}\n`);
    using guard = open(file);
    expect(guard.rolesOf('ann')).toEqual(['a']);
    expect([isAllowed(guard, 'read'), isAllowed(guard, 'write')]).toEqual([true, false]);
    await replace(file, JSON.stringify({ roles: { a: [{ actions: ['write'] }] } }));
    expect([isAllowed(guard, 'read'), isAllowed(guard, 'write')]).toEqual([false, true]);
    expect(logged).toEqual([{ level: 'info', message: 'a new policy is in force' }]);
  });

  it.each([
    ['roles:\n  a:\n    - actions: []\n', 3, 'roles.a[0].actions: must name an action'],
    ['roles:\n  a: [{actions: [read]}]\nusers:\n  ann: [b]\n', 4, 'users.ann[0]: there is no role "b"'],
    ['roles: {}\nrole: {}\n', 2, 'role: is not known here'],
    ['roles:\n  a: [\n', 3, 'Flow sequence'],
    ['roles: {}\ntokens:\n  - user: ann\n    hash: x\n', 4, 'tokens[0].hash: is not a hash'],
    [
      'a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b]\nroles: [*c,*c,*c,*c]\n',
      1,
      'alias',
    ],
    ['', 1, 'the policy: must be Object'],
  ])('with the fault in %j is kept out, with line and reason', async (text, line, reason) => {
    const file = join(dir, 'rbac.yaml');
    writeFileSync(file, 'roles: {a: [{actions: [read]}]}\n');
    using guard = open(file);
    await replace(file, text);
    const message = expect.stringContaining(`${file}:${line}: `);
    expect(logged).toEqual([{ level: 'error', message }]);
    expect(logged[0]?.message).toContain(reason);
    expect(isAllowed(guard, 'read')).toBe(true);
    expect(() => rbacFile(file)).toThrow(expect.objectContaining({ code: 'invalid_argument', message }));
  });

  it('that goes away stays in force', async () => {
    const file = join(dir, 'rbac.yaml');
    writeFileSync(file, 'roles: {a: [{actions: [read]}]}\n');
    using guard = open(file);
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    rmSync(file);
    await told;
    expect(isAllowed(guard, 'read')).toBe(true);
    expect(logged[0]?.message).toContain('ENOENT');
  });
});
