/** A place in a store's log, as the id of an event tells it: `<revision>-<log id>`. */
export interface LogPosition {
  readonly revision: number;
  readonly logId: string;
}

export const formatEventId = (revision: number, logId: string): string => `${revision}-${logId}`;

/** The place that an event id means; `undefined` if it is not one that a store with revisions gave. */
export function parseEventId(id: string): LogPosition | undefined {
  const match = /^(\d{1,16})-([!-~]{1,128})$/.exec(id);
  const revision = Number(match?.[1]);
  return match && Number.isSafeInteger(revision) ? { revision, logId: match[2] as string } : undefined;
}
