import type { Action, Identity, Resource } from '@cfg/service';

/**
 * The input of the policy, in JSON: the contract's, and `resource.prefix` where a List or a Watch asks for the
 * keys with a prefix.
 */
export function inputOf({ userId, claims }: Identity, action: Action, resource: Resource): string {
  const { namespace, key, prefix } = resource;
  return JSON.stringify({
    action,
    resource: prefix ? { namespace, key, prefix } : { namespace, key },
    identity: { user_id: userId, claims },
  });
}
