import { glob } from '@cfg/core/store';
import type { Action, Decision, Resource } from '../guard.js';
import type { RbacPolicy, RbacRule } from './policy.js';

interface Rule {
  readonly scope: string;
  readonly actions: ReadonlySet<Action>;
  readonly namespaces: readonly RegExp[];
  readonly prefixes: readonly string[];
}

/** The permissions of each role. */
export class Roles {
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;

  constructor({ roles }: Pick<RbacPolicy, 'roles'>) {
    this.#rules = new Map(
      Object.entries(roles).map(([name, rules]) => [name, rules.map((rule, at) => compile(name, rule, at))]),
    );
  }

  /** Whether one of the roles allows it; the decision's scope is `role:NAME[RULE]`. Names without a role allow nothing. */
  decide(names: readonly string[], action: Action, resource: Resource): Decision {
    for (const name of names) {
      for (const rule of this.#rules.get(name) ?? []) {
        if (allows(rule, action, resource)) return { allowed: true, scope: rule.scope };
      }
    }
    return { allowed: false, reason: `permission denied: ${action} ${targetOf(resource)}` };
  }
}

function compile(name: string, { actions, namespaces = ['*'], prefixes = [''] }: RbacRule, at: number): Rule {
  return { scope: `role:${name}[${at}]`, actions: new Set(actions), namespaces: namespaces.map(glob), prefixes };
}

function allows(
  { actions, namespaces, prefixes }: Rule,
  action: Action,
  { namespace, key, prefix }: Resource,
): boolean {
  if (!actions.has(action) && !actions.has('*')) return false;
  if (!namespaces.some((pattern) => pattern.test(namespace))) return false;
  // Of a range of keys, all must be allowed: its own prefix begins with the rule's.
  const beginning = key === '' ? prefix : key;
  return prefixes.some((allowed) => beginning.startsWith(allowed));
}

function targetOf({ namespace, key, prefix }: Resource): string {
  const within = namespace === '' ? '' : `${namespace}/`;
  return key === '' ? `${within}${prefix}*` : `${within}${key}`;
}
