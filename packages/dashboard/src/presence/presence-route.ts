import type { ServerResponse } from 'node:http';
import { ConfigError, checkKey, checkNamespace, type Logger } from '@cfg/core';
import { askGuard, type Guard, type HttpRequest, refusal } from '@cfg/service';
import { jsonOf, textOf } from '../request-body.js';
import { contextOf, type Told, toldOf } from '../session-info.js';
import type { Other, Presence, Visit } from './presence.js';

/** A namespace and a key have at most 1,024 bytes each; JSON may write a byte as six. */
const maxBytes = 16_384;

/** The message of a page: where it is, or that it has gone from there. */
interface Said extends Omit<Visit, 'userId'> {
  readonly isGone: boolean;
}

/**
 * Notes where a page is, and tells who else has the same key on the screen: to callers who may read the key, since its
 * name is all that it tells.
 */
export async function tellPresence(
  presence: Presence,
  request: HttpRequest,
  response: ServerResponse,
  guard: Guard,
  logger: Logger,
): Promise<Told<{ readonly others: readonly Other[] }>> {
  const context = contextOf(request, response, 'POST:presence');
  return toldOf(async () => {
    const asked = askGuard(guard, { logger });
    const identity = await asked.authenticate(context);
    const { isGone, ...said } = saidBy(jsonOf(await textOf(request, maxBytes)));
    const visit = { ...said, userId: identity.userId };
    if (isGone) {
      presence.leave(visit);
      return { others: [] };
    }
    const resource = { namespace: visit.namespace, key: visit.key, prefix: '' };
    const denied = refusal(await asked.decide(identity, { action: 'read', resource }, context));
    if (denied !== undefined) throw denied;
    return { others: presence.enter(visit) };
  });
}

/** Throws `invalid_argument` for anything else. */
function saidBy(body: unknown): Said {
  const { id, namespace, key, isEditing = false, isGone = false } = (body ?? {}) as Partial<Record<string, unknown>>;
  if (typeof id !== 'string' || !/^[\w-]{8,64}$/.test(id)) throw wrong('id must be 8 to 64 letters, digits, _ or -');
  if (typeof namespace !== 'string') throw wrong('namespace must be a text');
  if (typeof key !== 'string') throw wrong('key must be a text');
  if (typeof isEditing !== 'boolean') throw wrong('isEditing must be true or false');
  if (typeof isGone !== 'boolean') throw wrong('isGone must be true or false');
  checkNamespace(namespace);
  checkKey(key);
  return { id, namespace, key, isEditing, isGone };
}

const wrong = (message: string): ConfigError => new ConfigError('invalid_argument', message);
