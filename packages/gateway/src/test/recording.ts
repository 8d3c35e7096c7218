import { readFileSync } from 'node:fs';
import { type Answer, type Ask, ask } from './http.js';

/** A line of a transcript of the original; see the README beside the recordings. */
export interface Recorded {
  readonly name: string;
  readonly request: Required<Pick<Ask, 'method'>> & Ask & { readonly path: string };
  readonly original?: { readonly status: number; readonly body?: unknown };
  /** Where this project answers otherwise on purpose. */
  readonly ours?: Readonly<Record<string, unknown>>;
  /** Only prepares what follows. */
  readonly unchecked?: boolean;
}

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

export const recordedLines = (name: string): Recorded[] =>
  fixture(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);

export const recordedText: (name: string) => string = fixture;

/** Says the recorded request. What the recording abbreviates is made up again. */
export function say(base: string, { request }: Recorded): Promise<Answer> {
  const abbreviated = typeof request.body === 'string' && request.body.startsWith('<');
  const body = abbreviated ? { value: Buffer.alloc(1_048_579, 0x31).toString('base64'), codec: 'json' } : request.body;
  const many = Array.from({ length: 101 }, (_, i) => `namespaces=n${i}`).join('&');
  return ask(base, request.path.endsWith('…') ? `/v1/watch?${many}` : request.path, { ...request, body });
}

/** Times are not compared. */
export const withoutTimes = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>');

/** The differences between an answer and its recording, by the rules of the README; empty if there are none. */
export function difference({ original, ours, request }: Recorded, answer: Answer): string {
  const status = ours?.status ?? original?.status;
  if (answer.status !== status) return `status ${answer.status} instead of ${status}: ${answer.text.slice(0, 200)}`;
  if (request.method === 'HEAD') return '';
  const got = JSON.parse(withoutTimes(JSON.stringify(answer.json ?? null))) as unknown;
  return ours ? ownDifference(ours, original?.body, got, status) : originalDifference(original?.body, got, status);
}

function ownDifference(
  ours: Readonly<Record<string, unknown>>,
  original: unknown,
  got: unknown,
  status: unknown,
): string {
  if (ours.reason !== undefined) return covers(ours.reason, reasonOf(got), 'reason');
  if (ours.message !== undefined) return covers(ours.message, at(got, 'message'), 'message');
  if (ours.version !== undefined) return covers({ entry: { version: ours.version } }, got, 'body');
  if (ours.body !== undefined) return covers(ours.body, got, 'body');
  if (ours.keys !== undefined)
    return covers(
      ours.keys,
      entriesOf(got).map((entry) => entry.key),
      'keys',
    );
  if (ours.sorted !== undefined) return sortedDifference(entriesOf(original), got);
  return Number(status) < 400 || at(got, 'code') !== undefined ? '' : `no error object: ${JSON.stringify(got)}`;
}

function originalDifference(want: unknown, got: unknown, status: unknown): string {
  if (Number(status) < 400) return covers(want, got, 'body');
  // Where the original answers with plain text, we have the error object.
  if (typeof want === 'string') return typeof at(got, 'code') === 'number' ? '' : 'no error object';
  return covers(at(want, 'code'), at(got, 'code'), 'code') || covers(reasonOf(want), reasonOf(got), 'reason');
}

/** The original's page, but in key order and with an empty cursor at the end. */
function sortedDifference(want: Entry[], got: unknown): string {
  const entries = entriesOf(got);
  const keys = entries.map(({ key }) => key);
  if (keys.some((key, i) => i > 0 && (keys[i - 1] as string) >= key)) return `not in key order: ${keys}`;
  if (at(got, 'nextCursor') !== '') return 'a next cursor although nothing follows';
  return (
    want
      .map((entry) =>
        covers(
          entry,
          entries.find(({ key }) => key === entry.key),
          entry.key,
        ),
      )
      .find(Boolean) ?? ''
  );
}

interface Entry {
  readonly key: string;
}

const at = (value: unknown, name: string): unknown => (value as Record<string, unknown> | null | undefined)?.[name];

const entriesOf = (body: unknown): Entry[] => (at(body, 'entries') ?? []) as Entry[];

const reasonOf = (body: unknown): unknown =>
  ((at(body, 'details') ?? []) as Record<string, unknown>[]).find((detail) =>
    String(detail['@type']).endsWith('google.rpc.ErrorInfo'),
  )?.reason;

/** An answer may carry more than the recording, but not less, nor another value. */
function covers(want: unknown, got: unknown, where: string): string {
  if (Array.isArray(want) && (!Array.isArray(got) || got.length !== want.length)) {
    return `${where}: ${JSON.stringify(got)} instead of ${want.length} items`;
  }
  if (typeof want === 'object' && want !== null) {
    const differences = Object.entries(want).map(([name, value]) => covers(value, at(got, name), `${where}.${name}`));
    return differences.find(Boolean) ?? '';
  }
  if (/cursor$/i.test(where)) return (want === '') === (got === '') ? '' : `${where}: ${JSON.stringify(got)}`;
  return Object.is(want, got) ? '' : `${where}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`;
}
