import { parseArgs } from 'node:util';
import { isConfigError } from '@cfg/core';
import { type RbacFileGuard, rbacFile } from '@cfg/service';
import { reasonOf } from '../reason.js';
import type { CommandResult } from './command.js';
import { UsageError } from './usage-error.js';

/** `cfg-server check-access`: what a policy says of a user, without a server. */
export function checkAccess(args: readonly string[]): CommandResult {
  const { file, user, roles, action, namespace, key } = read(args);
  using guard = open(file);
  const names = [...new Set([...guard.rolesOf(user), ...roles])];
  const isRange = key === '' || key.endsWith('*');
  const resource = isRange ? { namespace, key: '', prefix: key.replace(/\*$/, '') } : { namespace, key, prefix: '' };
  const { allowed, scope } = guard.authorize({ userId: user, claims: { roles: names } }, action, resource);
  const who = user === '' ? 'who has it' : user;
  const what = `${action} ${namespace === '' ? '' : `${namespace}/`}${key === '' ? '*' : key}`;
  if (allowed) return { text: `yes: ${who} may ${what}, by ${scope}\n`, code: 0 };
  const why = names.length === 0 ? 'without any role' : `with ${names.join(', ')}`;
  return { text: `no: ${who} may not ${what}, ${why}\n`, code: 1 };
}

interface Question {
  readonly file: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly action: string;
  readonly namespace: string;
  readonly key: string;
}

function read(args: readonly string[]): Question {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
  const { values, positionals } = parsed;
  const [action, namespace = '', key = '', ...more] = positionals;
  if (!values.guard?.startsWith('rbac:')) throw new UsageError('check-access needs --guard rbac:FILE');
  if (values.as === undefined && values.role === undefined) throw new UsageError('check-access needs --as or --role');
  if (action === undefined) throw new UsageError('check-access needs an action, as in read production app/timeout');
  if (more.length > 0) throw new UsageError(`unexpected argument ${more[0]}`);
  const file = values.guard.slice('rbac:'.length);
  return { file, user: values.as ?? '', roles: values.role ?? [], action, namespace, key };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { guard: { type: 'string' }, as: { type: 'string' }, role: { type: 'string', multiple: true } },
  });

function open(file: string): RbacFileGuard {
  try {
    return rbacFile(file);
  } catch (error) {
    if (isConfigError(error)) throw new UsageError(`--guard: ${error.message}`);
    throw error;
  }
}
