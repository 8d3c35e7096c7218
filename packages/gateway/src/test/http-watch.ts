import { ChangeType, Entry, fromJson, type WatchRequest, WatchResponse } from '@cfg/proto';
import { type CallOptions, ClientError, Status } from 'nice-grpc-common';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import { statusOf } from './error-object.js';
import { ask } from './http.js';
import { SseClient, type SseEvent } from './sse-client.js';

const path = '/config.v1.ConfigService/Watch';

/** A watch over server-sent events, as messages. */
export async function* watchOver(
  base: string,
  request: WatchRequest,
  { signal }: CallOptions,
): AsyncGenerator<WatchResponse, void, undefined> {
  const query = new URLSearchParams([
    ...request.namespaces.map((name): [string, string] => ['namespaces', name]),
    ...request.prefixes.map((name): [string, string] => ['prefixes', name]),
  ]);
  const headers = await resumeHeaders(base, request);
  using client = await SseClient.open(base, `?${query}`, headers);
  const leave = (): void => client[Symbol.dispose]();
  signal?.addEventListener('abort', leave);
  try {
    if (client.response.statusCode !== 200) throw statusOf(path, JSON.parse(await client.whole()));
    for (;;) {
      const message = messageOf(await client.next());
      if (message && (message.type !== ChangeType.CHANGE_TYPE_PROGRESS || request.progress)) yield message;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ClientError ? error : new ClientError(path, Status.UNAVAILABLE, String(error));
  } finally {
    signal?.removeEventListener('abort', leave);
  }
}

/** An event's id names the log, so whoever only knows the revision first asks for the name. */
async function resumeHeaders(base: string, { startRevision, logId }: WatchRequest): Promise<Record<string, string>> {
  if (startRevision === undefined) return {};
  const named = logId === '' ? (await ask(base, '/v1/namespaces/any/snapshot')).json : { logId };
  return { 'last-event-id': `${startRevision}-${(named as { logId: string }).logId}` };
}

function messageOf({ event, id = '', data = {} }: SseEvent): WatchResponse | undefined {
  const [, revision = '0', logId = ''] = /^(\d+)-(.*)$/.exec(id) ?? [];
  if (event === 'reset') throw lost(data);
  if (event === 'error') throw new ClientError(path, Status.UNAVAILABLE, String(data.error));
  if (event === undefined && id === '') return undefined;
  if (event === undefined) {
    return WatchResponse.fromPartial({ type: ChangeType.CHANGE_TYPE_PROGRESS, revision: Number(revision), logId });
  }
  const { type: name, more, ...fields } = data;
  const type = ChangeType[`CHANGE_TYPE_${name}` as keyof typeof ChangeType];
  const entry = Entry.fromPartial({ ...fromJson('config.v1.Entry', fields), revision: Number(revision) });
  return WatchResponse.fromPartial({ type, entry, revision: Number(revision), more: more === true });
}

function lost({ reason, ...metadata }: Record<string, unknown>): ClientError {
  const info = ErrorInfo.fromPartial({
    reason: String(reason),
    domain: 'config.rbaliyan.com',
    metadata: metadata as Record<string, string>,
  });
  return new RichClientError(path, Status.OUT_OF_RANGE, `reset: ${reason}`, [info]);
}
