// Loads the keys of a namespace, and filters and orders them, away from the page's thread.
import { readEntry } from '../api/entry.ts';
import { errorOf, isApiError } from '../api/error.ts';
import type { WireEntry } from '../api/types.ts';
import { matching } from './filter.ts';
import { infoOf, type KeyChange, type KeyInfo } from './key-info.ts';
import { KeyList } from './key-list.ts';
import type { Reply, Request, Source, View } from './messages.ts';
import { flatRows, treeRows } from './rows.ts';

/** The first page is small, so that something is on the screen soon. */
const firstPage = 500;
const nextPages = 5_000;

let list = new KeyList();
let load = 0;
let view: View = { filter: '', mode: 'tree', expanded: [] };
let complete = false;
let position = { revision: 0, logId: '' };
let early: KeyChange[] = [];
let aborter = new AbortController();

const post = (reply: Reply, transfer: Transferable[] = []): void => self.postMessage(reply, { transfer });

self.onmessage = ({ data }: MessageEvent<Request>) => {
  if (data.type === 'load') void start(data.load, data.source, data.view);
  else if (data.load !== load) return;
  else if (data.type === 'apply') apply(data.changes);
  else {
    view = data.view;
    show([], []);
  }
};

function show(appended: readonly KeyInfo[], changes: readonly KeyChange[]): void {
  const matches = matching(list.infos, view.filter);
  const open = new Set(view.expanded);
  const isOpen = view.filter.trim() === '' ? (folder: string) => open.has(folder) : () => true;
  const rows = view.mode === 'list' ? flatRows(matches) : treeRows(list.infos, matches, isOpen);
  const shown = { matches: matches.length, rows, view, complete };
  post({ type: 'changed', load, appended, changes, ...shown, ...position }, [rows.buffer]);
}

/** Changes that come while pages are read wait for the last one: a page may be older or newer than they are. */
function apply(changes: readonly KeyChange[]): void {
  if (!complete) early.push(...changes);
  else {
    const made = changes.filter((change) => list.apply(change));
    if (made.length > 0) show([], made);
  }
}

async function start(number: number, source: Source, first: View): Promise<void> {
  aborter.abort();
  aborter = new AbortController();
  const { signal } = aborter;
  [load, list, view, complete, position, early] = [
    number,
    new KeyList(source.keepDeleted),
    first,
    false,
    { revision: 0, logId: '' },
    [],
  ];
  try {
    for (let cursor = '', size = firstPage; ; size = nextPages) {
      const page = await read(source, size, cursor, signal);
      if (cursor === '') position = { revision: page.revision, logId: page.logId };
      list.append(page.infos);
      cursor = page.cursor;
      if (cursor === '') {
        complete = true;
        show(
          page.infos,
          early.filter((change) => list.apply(change)),
        );
        return;
      }
      show(page.infos, []);
    }
  } catch (error) {
    if (signal.aborted) return;
    const { kind, status, message } = isApiError(error) ? error : { kind: 'offline' as const, status: 0, message: '' };
    post({ type: 'failed', load: number, kind, status, message });
  }
}

async function read(source: Source, limit: number, cursor: string, signal: AbortSignal) {
  const url = new URL(source.url);
  url.searchParams.set('limit', String(limit));
  if (cursor !== '') url.searchParams.set('cursor', cursor);
  const init = {
    headers: { accept: 'application/json', ...source.headers },
    credentials: 'same-origin',
    signal,
  } as const;
  const response = await fetch(url, init);
  if (!response.ok) throw await errorOf(response);
  const page: { entries?: WireEntry[]; nextCursor?: string; revision?: string; logId?: string } = await response.json();
  return {
    infos: (page.entries ?? []).map((entry) => infoOf(readEntry({ ...entry, value: '' }))),
    cursor: page.nextCursor ?? '',
    revision: Number(page.revision ?? 0),
    logId: page.logId ?? '',
  };
}
