import type { IncomingHttpHeaders } from 'node:http';

/** A place in a store's log. As the id of an event it is `<revision>-<log id>`. */
export interface LogPosition {
  readonly revision: number;
  readonly logId: string;
}

const logId = /^[!-~]{1,128}$/;

/** Whether the name of a log can stand in an event id: another server may call its log whatever it likes. */
export const isLogId = (name: string): boolean => logId.test(name);

export const formatEventId = (revision: number, logId: string): string => `${revision}-${logId}`;

/** How clients that cannot send the header say it in the query: ours and event-source-polyfill's, and amvtek's. */
const parameters = ['lastEventId', 'evs_last_event_id'];

/** The id that a client wants to go on from: its header's, which is the newer one, or, on a first connection, its query's. */
export function lastEventIdOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  const header = headers['last-event-id'];
  if (header !== undefined && header !== '') return String(header);
  for (const name of parameters) {
    const id = query.get(name);
    if (id !== null && id !== '') return id;
  }
  return undefined;
}

/** The place that an event id means; `undefined` if it is not one that a store with revisions gave. */
export function parseEventId(id: string): LogPosition | undefined {
  const match = /^(\d{1,16})-([!-~]{1,128})$/.exec(id);
  const revision = Number(match?.[1]);
  return match && Number.isSafeInteger(revision) ? { revision, logId: match[2] as string } : undefined;
}
