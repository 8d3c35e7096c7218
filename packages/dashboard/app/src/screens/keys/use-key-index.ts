import { useEffect, useState } from 'react';
import { session } from '../../api/session.ts';
import { currentIndex } from '../../index/current.ts';
import { KeyIndex } from '../../index/key-index.ts';
import { infoOf, type KeyChange } from '../../index/key-info.ts';
import type { View } from '../../index/messages.ts';
import type { Change } from '../../live/change.ts';
import { ensureFrom, follow } from '../../live/live.ts';
import { queries } from '../../state/queries.ts';

/** The keys of a namespace, followed as they change unless they are those of a moment gone by. */
export function useKeyIndex(
  namespace: string,
  atRevision: number,
  keepDeleted: boolean,
  view: View,
): KeyIndex | undefined {
  const [index, setIndex] = useState<KeyIndex>();
  // A view that changes is shown by the index that is there; only another list needs a new one.

  const [firstView] = useState(view);
  useEffect(() => {
    const made = new KeyIndex({ namespace, atRevision, keepDeleted }, firstView);
    setIndex(made);
    currentIndex.set(made);
    const stop = atRevision === 0 ? followKeys(made, namespace) : () => {};
    const stopSession = reloadAfterSignIn(made);
    return () => {
      stop();
      stopSession();
      made.close();
      if (currentIndex.get() === made) currentIndex.set(undefined);
    };
  }, [namespace, atRevision, keepDeleted, firstView]);
  return index?.options.namespace === namespace ? index : undefined;
}

/** A list that was refused for want of a session is read again when there is one. */
function reloadAfterSignIn(index: KeyIndex): () => void {
  let known = session.get().count;
  return session.subscribe(() => {
    const { count } = session.get();
    const { state } = index.shown.get();
    if (count !== known && typeof state === 'object') index.reload();
    known = count;
  });
}

function followKeys(index: KeyIndex, namespace: string): () => void {
  let told = 0;
  const stopShown = index.shown.subscribe(() => {
    const { revision, logId } = index.shown.get();
    if (revision === told) return;
    told = revision;
    ensureFrom(revision, logId);
  });
  let pending: KeyChange[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Changes that come within a moment are shown at once: a batch is one change of the list.
  const hand = (): void => {
    timer = undefined;
    index.apply(pending);
    pending = [];
  };
  const stopLive = follow({
    namespaces: [namespace],
    onReset() {
      index.reload();
      void queries.invalidateQueries();
    },
    onChange(change) {
      const made = keyChangeOf(change, index);
      if (made === undefined) return;
      pending.push(made);
      timer ??= setTimeout(hand, 50);
      refresh(change);
    },
  });
  return () => {
    stopShown();
    stopLive();
    clearTimeout(timer);
  };
}

function keyChangeOf({ kind, entry, revision }: Change, index: KeyIndex): KeyChange | undefined {
  if (kind === 'delete') return { kind, key: entry.key, revision };
  if (kind !== 'set') return undefined;
  const known = index.get(entry.key);
  const info = infoOf(entry);
  // An event tells neither type nor expiry; what was there mostly still holds, and the key's own view reads anew.
  return {
    kind,
    info: {
      ...info,
      type: known?.type ?? 0,
      expiresAt: known?.expiresAt,
      secret: info.secret || (known?.secret ?? false),
    },
  };
}

/** Marks the page's knowledge of a changed key as old. */
function refresh({ entry: { namespace, key } }: Change): void {
  void queries.invalidateQueries({ queryKey: ['entry', namespace, key, 0] });
  void queries.invalidateQueries({ queryKey: ['versions', namespace, key] });
}
