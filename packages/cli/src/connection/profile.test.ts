import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashToken, rbac } from '@cfg/service';
import { expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();
const { token, hash } = hashToken();
const guard = rbac({ roles: { admin: [{ actions: ['*'] }] }, tokens: [{ user: 'root', hash, roles: ['admin'] }] });

it('cfg login keeps the address, the token and the namespace, for the owner alone', async () => {
  const { address } = await workplace({ guard });
  const { start, prints, home } = await workplace({ env: {} });
  expect(await start(['login', address, '--token-file', '-', '-n', 'staging'], `${token}\n`).exited).toBe(0);
  const file = join(home, '.config/cfg/profiles.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ default: { address, token, namespace: 'staging' } });
  expect(await prints('set', 'a', '1')).toBe('staging/a is at version 1\n');
  await prints('logout');
  expect(readFileSync(file, 'utf8')).not.toContain(token);
});

it('cfg login keeps nothing that the server refuses', async () => {
  const { address } = await workplace({ guard });
  const { cfg } = await workplace({ env: {} });
  expect(await cfg('login', address, '--token', 'wrong')).toMatchObject({ code: 1 });
  expect(await cfg('logout')).toMatchObject({ code: 3 });
});

it('a profile is chosen by name, and its token goes to its own address only', async () => {
  const { address } = await workplace({ guard });
  const other = await workplace({ guard });
  const { cfg, prints } = await workplace({ env: { CFG_NAMESPACE: 'production' } });
  await prints('login', address, '--token', token, '--profile', 'work');
  expect(await cfg('list', '--profile', 'work')).toMatchObject({ code: 0 });
  expect(await cfg('list', '--profile', 'none')).toMatchObject({ code: 3 });
  expect(await cfg('list', '--profile', 'work', '--address', other.address)).toMatchObject({ code: 2 });
  await prints('login', address, '--token', token);
  expect(await cfg('list')).toMatchObject({ code: 0 });
  const refused = await cfg('list', '--address', other.address);
  expect(refused).toMatchObject({ code: 1, stderr: expect.not.stringContaining(token) });
});

it.each([
  ['{', 0o600, 'is not JSON'],
  ['{"default": {}}', 0o600, 'default has no address'],
  ['{"default": {"address": "a:1", "token": 5}}', 0o600, 'default.token'],
  ['{}', 0o644, 'chmod 600'],
])('a profile file %s of mode %o is refused', async (content, mode, message) => {
  const { cfg, file } = await workplace({ env: { CFG_NAMESPACE: 'production' } });
  chmodSync(file('.config/cfg/profiles.json', content), mode);
  expect(await cfg('list')).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});
