import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '@cfg/core';
import { Child } from '../environment/child.js';
import { type Variables, variablesOf } from '../environment/variables.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';
import { pages } from './pages.js';

export interface RunOptions {
  readonly prefix: string;
  readonly watch?: true | undefined;
  /** With `watch`: the signal that the command gets instead of being started again. */
  readonly signal?: NodeJS.Signals | undefined;
}

interface State {
  readonly variables: Variables;
  readonly revision: number;
}

/** How long to wait after a failed watch or read, in milliseconds. */
const retryMs = 1_000;

/**
 * Runs a command with values as its environment; returns its exit code. With `watch`, again after each change, or it is
 * told by a signal: its environment stays as it was.
 */
export async function run(
  session: Session,
  command: readonly string[],
  { prefix, watch, signal: changeSignal }: RunOptions,
): Promise<number> {
  if (changeSignal !== undefined && !watch) throw new UsageError('--signal needs --watch');
  let state = await read(session, prefix, session.signal);
  let child = start(session, command, state);
  let isEnding = false;
  session.interrupt.handTo((signal) => {
    isEnding = signal !== 'SIGHUP';
    child.signal(signal);
  });
  if (!watch) return child.exited;

  const end = new AbortController();
  try {
    const states = statesAfter(session, prefix, state, end.signal);
    let next = states.next();
    for (;;) {
      const winner = await Promise.race([child.exited, next]);
      if (typeof winner === 'number') return winner;
      next = states.next();
      if (winner.done || isDeepStrictEqual(winner.value.variables, state.variables)) continue;
      state = winner.value;
      if (changeSignal !== undefined) {
        session.output.note(`the configuration has changed: ${changeSignal} to the command`);
        child.signal(changeSignal);
        continue;
      }
      session.output.note('the configuration has changed: starting again');
      await child.stop();
      // Who ends this program meanwhile does not want another start.
      if (isEnding) return await child.exited;
      child = start(session, command, state);
    }
  } finally {
    end.abort();
  }
}

const start = ({ env }: Session, command: readonly string[], { variables }: State): Child =>
  new Child(command, { ...env, ...variables });

/** All values as of one moment. */
async function read(session: Session, prefix: string, signal: AbortSignal): Promise<State> {
  const store = await session.connect();
  const { revision } = await store.revision(session.namespace, { signal });
  const entries: Entry[] = [];
  for await (const page of pages(session, { prefix, atRevision: revision })) entries.push(...page);
  return { variables: variablesOf(entries, prefix), revision };
}

/** The state after each write, until the signal. What fails is said and tried again: the command runs on meanwhile. */
async function* statesAfter(
  session: Session,
  prefix: string,
  { revision }: State,
  signal: AbortSignal,
): AsyncGenerator<State, void, undefined> {
  const { namespace, output } = session;
  const store = await session.connect();
  let startRevision = revision;
  let resuming = true;
  while (!signal.aborted) {
    try {
      if (!resuming) {
        // The log may not reach back so far, or what was read last could not be variables.
        const state = await read(session, prefix, signal);
        startRevision = state.revision;
        resuming = true;
        yield state;
      }
      await using changes = store.watch({ namespaces: [namespace], prefixes: [prefix] }, { startRevision, signal });
      for await (const change of changes) {
        if (change.type === 'progress' || change.entry.namespace !== namespace) continue;
        if (change.revision <= startRevision || change.more) continue;
        const state = await read(session, prefix, signal);
        startRevision = state.revision;
        yield state;
      }
    } catch (error) {
      if (signal.aborted) return;
      output.note(`cfg: ${(error as Error).message}`);
      await sleep(retryMs, undefined, { signal }).catch(() => {});
      resuming = false;
    }
  }
}
