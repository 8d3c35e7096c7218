// The one stream of changes that the page holds, for whatever is on the screen.
import { isApiError } from '../api/error.ts';
import { apiUrl, callHeaders } from '../api/http.ts';
import { session, signedOut } from '../api/session.ts';
import { createStore, type Store } from '../state/store.ts';
import { type Change, readChange, revisionOf } from './change.ts';
import { readEvents } from './sse.ts';

export type LiveState =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting' }
  | { readonly name: 'live' }
  /** `again`: when the next attempt is, in milliseconds since 1970. */
  | { readonly name: 'lost'; readonly again: number }
  | { readonly name: 'forbidden'; readonly message: string };

export interface LiveStatus {
  readonly state: LiveState;
  /** The newest revision that was heard of; 0: none. */
  readonly revision: number;
  /** The changes that came at once after a connection was lost and found again. */
  readonly missed: readonly Change[];
}

interface Listener {
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly onChange: (change: Change) => void;
  /** Changes were missed and cannot be replayed: everything is read anew. */
  readonly onReset: () => void;
}

/** A stream that says nothing for so long is taken for dead: the server gives a sign of life every 30 s. */
const silenceMs = 75_000;
const catchUpMs = 1_500;
const firstWaitMs = 500;
const maxWaitMs = 15_000;
const maxMissed = 200;

export const live: Store<LiveStatus> = createStore<LiveStatus>({ state: { name: 'idle' }, revision: 0, missed: [] });

const listeners = new Set<Listener>();
let scope = 'none';
/** Counts streams, so that what is left of an earlier one does nothing. */
let generation = 0;
let aborter: AbortController | undefined;
let wake: (() => void) | undefined;
let lastEventId = '';
/** From which revision on the present stream tells everything; undefined: not known yet. */
let startedAt: number | undefined;
let floor: { readonly revision: number; readonly logId: string } | undefined;
let lostAt = 0;
let caughtUpUntil = 0;

const setState = (state: LiveState): void => live.update((now) => ({ ...now, state }));

/** Follows the changes of some namespaces, or of all. Call what is returned to stop. */
export function follow(listener: Listener): () => void {
  listeners.add(listener);
  rescope();
  return () => {
    listeners.delete(listener);
    queueMicrotask(rescope); // who follows next in the same moment keeps the stream
  };
}

/** Sees to it that every change after the revision is told: that of a list that was just read. */
export function ensureFrom(revision: number, logId: string): void {
  if (logId === '') return;
  heardOf(revision);
  floor = { revision, logId };
  checkFloor();
}

function checkFloor(): void {
  if (floor === undefined || startedAt === undefined) return;
  const { revision, logId } = floor;
  floor = undefined;
  if (startedAt <= revision) return;
  lastEventId = `${revision}-${logId}`;
  restart();
}

/** Tries at once, rather than when the wait is over. */
export const reconnectNow = (): void => wake?.();

export const forgetMissed = (): void => live.update((now) => ({ ...now, missed: [] }));

/** Tells the newest revision, from an answer that says so. */
export function heardOf(revision: number): void {
  if (revision > live.get().revision) live.update((now) => ({ ...now, revision }));
}

function wanted(): string {
  if (listeners.size === 0) return 'none';
  if ([...listeners].some(({ namespaces }) => namespaces.length === 0)) return 'all';
  return JSON.stringify([...new Set([...listeners].flatMap(({ namespaces }) => namespaces))].sort());
}

function rescope(): void {
  const next = wanted();
  if (next === scope) return;
  scope = next;
  restart();
}

function restart(): void {
  generation += 1;
  aborter?.abort();
  wake?.();
  if (scope === 'none') setState({ name: 'idle' });
  else void run(generation);
}

async function run(ours: number): Promise<void> {
  const namespaces: string[] = scope === 'all' ? [] : JSON.parse(scope);
  const isOver = (): boolean => generation !== ours;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, maxWaitMs)) {
    setState({ name: 'connecting' });
    const { count } = session.get();
    try {
      await connect(namespaces, ours, () => {
        waitMs = firstWaitMs;
      });
    } catch (error) {
      if (isOver()) return;
      if (isApiError(error, 'forbidden')) return setState({ name: 'forbidden', message: error.message });
      if (isApiError(error, 'signed-out')) signedOut(count);
    }
    if (isOver()) return;
    if (lostAt === 0) lostAt = Date.now();
    setState({ name: 'lost', again: Date.now() + waitMs });
    await pause(waitMs);
    if (isOver()) return;
  }
}

/** One stream, until it ends. */
async function connect(namespaces: readonly string[], ours: number, onOpen: () => void): Promise<void> {
  const connection = new AbortController();
  aborter = connection;
  startedAt = lastEventId === '' ? undefined : revisionOf(lastEventId);
  checkFloor();
  if (generation !== ours) return;
  let silence = setTimeout(() => connection.abort(), silenceMs);
  const onSign = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => connection.abort(), silenceMs);
  };
  try {
    await readEvents({
      url: apiUrl('/v1/watch', { namespaces, secrets: 'masked' }),
      headers: callHeaders(),
      lastEventId,
      signal: connection.signal,
      onSign,
      onOpen() {
        if (generation !== ours) return;
        onOpen();
        if (lostAt > 0) caughtUpUntil = Date.now() + catchUpMs;
        lostAt = 0;
        setState({ name: 'live' });
      },
      onId(id) {
        if (generation !== ours) return;
        lastEventId = id;
        heardOf(revisionOf(id));
        startedAt ??= revisionOf(id);
        checkFloor();
      },
      onEvent({ id = '', event, data }) {
        if (generation === ours) take(event, id, data);
      },
    });
  } finally {
    clearTimeout(silence);
  }
}

/** Until the time is over, somebody signs in, or the network or the tab comes back. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const seen = (): void => {
      if (document.visibilityState === 'visible') done();
    };
    const done = (): void => {
      clearTimeout(timer);
      stopSession();
      window.removeEventListener('online', done);
      document.removeEventListener('visibilitychange', seen);
      wake = undefined;
      resolve();
    };
    const timer = setTimeout(done, ms * (0.75 + Math.random() / 2));
    const stopSession = session.subscribe(done);
    window.addEventListener('online', done);
    document.addEventListener('visibilitychange', seen);
    wake = done;
  });
}

function take(event: string | undefined, id: string, data: string): void {
  if (event === 'reset') {
    for (const { onReset } of [...listeners]) onReset();
    return;
  }
  const change = readChange(event, id, data);
  if (change === undefined) return;
  if (Date.now() < caughtUpUntil) {
    live.update((now) => ({ ...now, missed: [...now.missed, change].slice(-maxMissed) }));
  }
  for (const { namespaces, onChange } of [...listeners]) {
    const concerns = namespaces.length === 0 || change.kind.startsWith('alias');
    if (concerns || namespaces.includes(change.entry.namespace)) onChange(change);
  }
}
