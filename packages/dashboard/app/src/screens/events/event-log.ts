import { useEffect, useState } from 'react';
import { listAudit } from '../../api/calls.ts';
import { follow } from '../../live/live.ts';
import { type LogRecord, recordOfAudit, recordOfChange } from '../../log/log-record.ts';

/** As many as are kept; older ones are in the audit. */
const most = 2_000;
const seedSize = 100;

export interface EventLog {
  /** Newest first. */
  readonly records: readonly LogRecord[];
  /** Those that came since it was paused. */
  readonly waiting: number;
  /** The server could not tell what was missed; the log has a gap. */
  readonly hasGap: boolean;
  pause(isPaused: boolean): void;
  readonly isPaused: boolean;
  clear(): void;
}

interface State {
  readonly shown: readonly LogRecord[];
  readonly held: readonly LogRecord[];
  readonly isPaused: boolean;
  readonly hasGap: boolean;
}

const none: State = { shown: [], held: [], isPaused: false, hasGap: false };

/** The changes from now on, after the last of those before. */
export function useEventLog(namespace: string): EventLog {
  const [state, setState] = useState<State>(none);
  useEffect(() => {
    setState(none);
    const aborter = new AbortController();
    // Who may not read the audit begins with an empty log.
    listAudit({ namespace, limit: seedSize }, { signal: aborter.signal }).then(
      ({ records }) => setState((now) => ({ ...now, shown: merged(now.shown, records.map(recordOfAudit)) })),
      () => undefined,
    );
    const stop = follow({
      namespaces: namespace === '' ? [] : [namespace],
      onChange: (change) => setState((now) => added(now, recordOfChange(change))),
      onReset: () => setState((now) => ({ ...now, hasGap: true })),
    });
    return () => {
      aborter.abort();
      stop();
    };
  }, [namespace]);
  return {
    records: state.shown,
    waiting: state.held.length,
    hasGap: state.hasGap,
    isPaused: state.isPaused,
    pause: (isPaused) =>
      setState((now) =>
        isPaused ? { ...now, isPaused } : { ...now, isPaused, shown: merged(now.held, now.shown), held: [] },
      ),
    clear: () => setState((now) => ({ ...now, shown: [], held: [], hasGap: false })),
  };
}

const added = (now: State, record: LogRecord): State =>
  now.isPaused ? { ...now, held: merged([record], now.held) } : { ...now, shown: merged([record], now.shown) };

/** Newest first, each once. */
export function merged(newer: readonly LogRecord[], older: readonly LogRecord[]): readonly LogRecord[] {
  const known = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !known.has(id))].slice(0, most);
}
