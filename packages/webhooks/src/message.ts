import type { Change } from '@cfg/core';
import { Webhook } from 'standardwebhooks';
import type { CheckedTarget } from './target.js';

/** The message that is posted to a target. */
export interface Message {
  /** The same each time that the message is sent: by it receivers tell a repeat. */
  readonly id: string;
  readonly body: string;
}

/** Of one change. */
export function changeMessage(
  { type, entry, revision, requestId, more }: Change,
  logId: string,
  values: boolean,
): Message {
  const { namespace, key, version, codec, author, comment, updatedAtMs } = entry;
  const isSet = type === 'set';
  const hasValue = isSet && values && !entry.secret && entry.type !== 'secret';
  return {
    id: idOf(logId, revision),
    body: JSON.stringify({
      type: `config.${type}`,
      timestamp: new Date(updatedAtMs).toISOString(),
      data: {
        namespace,
        key,
        version,
        revision,
        logId,
        ...(isSet && { codec }),
        ...(hasValue && { value: Buffer.from(entry.bytes).toString('base64') }),
        ...(type === 'alias_set' && { target: JSON.parse(Buffer.from(entry.bytes).toString()) }),
        ...(author !== '' && { author }),
        ...(comment !== '' && { comment }),
        ...(requestId !== '' && { requestId }),
        ...(more && { more }),
      },
    }),
  };
}

/** Changes after `afterRevision` are lost: the log no longer has them, or is another. What follows is after `revision`. */
export function gapMessage(afterRevision: number, revision: number, logId: string): Message {
  const data = { afterRevision, revision, logId };
  const timestamp = new Date().toISOString();
  return { id: `${idOf(logId, revision)}_gap`, body: JSON.stringify({ type: 'config.gap', timestamp, data }) };
}

/** The headers of a message that is sent now. */
export function headersOf({ id, body }: Message, { secrets }: CheckedTarget): Record<string, string> {
  const now = new Date();
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'cfg-webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
}

const idOf = (logId: string, revision: number): string => `msg_${logId}_${revision}`;
