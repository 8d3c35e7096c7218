import { useEffect, useState } from 'react';
import { hasPresence, type Other, sayPresence } from '../../api/presence.ts';

/** The server forgets a page that says nothing for 12 s. */
const everyMs = 4_000;

/** Where this page was said to be last. */
let last: object | undefined;

/** Who else has the key on the screen just now. */
export function usePresence(namespace: string, key: string, isEditing: boolean): readonly Other[] {
  const [others, setOthers] = useState<readonly Other[]>([]);
  useEffect(() => {
    if (!hasPresence()) return;
    let isHere = true;
    const visit = {};
    last = visit;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const say = async (): Promise<void> => {
      clearTimeout(timer);
      // One who looks at another tab does not look at the key.
      const found = document.visibilityState === 'visible' ? await sayPresence({ namespace, key, isEditing }) : [];
      if (!isHere) return;
      setOthers(found);
      clearTimeout(timer);
      timer = setTimeout(say, everyMs);
    };
    const seen = (): void => void say();
    const leave = (): void => void sayPresence({ namespace, key, isEditing, isGone: true });
    void say();
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('pagehide', leave);
    return () => {
      isHere = false;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('pagehide', leave);
      // Who moves on to another key says so by being there.
      queueMicrotask(() => last === visit && leave());
    };
  }, [namespace, key, isEditing]);
  return others;
}
