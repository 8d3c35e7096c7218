import { useEffect, useMemo } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import type { View } from '../../index/messages.ts';
import { useParameters, usePlace } from '../../state/location.ts';
import { remember, settings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { expandedOf, reveal } from './expanded.ts';
import { KeyPane } from './key-pane.tsx';
import { KeysCommands } from './keys-commands.tsx';
import { ListPane } from './list-pane.tsx';
import { clearSelection } from './selection.ts';
import { Splitter } from './splitter.tsx';
import { useKeyIndex } from './use-key-index.ts';

/** The keys of a namespace, and the one that is open. */
export default function Keys() {
  const place = usePlace();
  return place.screen === 'keys' ? <KeysOf key={place.namespace} namespace={place.namespace} open={place.key} /> : null;
}

function KeysOf({ namespace, open }: { namespace: string; open: string }) {
  const t = useTranslate();
  const { q = '', view: mode, deleted, rev } = useParameters();
  const { view: preferred, listWidth } = useStore(settings);
  const expanded = useStore(expandedOf(namespace));
  const revision = Number(rev ?? 0) || 0;
  const view = useMemo<View>(
    () => ({ filter: q, mode: mode === 'list' || mode === 'tree' ? mode : preferred, expanded: [...expanded] }),
    [q, mode, preferred, expanded],
  );
  const index = useKeyIndex(namespace, revision, deleted === '1', view);
  useEffect(() => index?.show(view), [index, view]);
  useEffect(() => remember(namespace), [namespace]);
  useEffect(() => clearSelection, []);
  useEffect(() => {
    if (open !== '') reveal(namespace, open);
    document.title = open === '' ? `${namespace} · cfg` : `${open} · ${namespace} · cfg`;
  }, [namespace, open]);
  return (
    <div className={open === '' ? 'keys-screen' : 'keys-screen with-key'}>
      <KeysCommands namespace={namespace} open={open} index={index} />
      <section className="list-pane" style={{ width: listWidth }} aria-label={t('keysOf', { namespace })}>
        {index && <ListPane index={index} namespace={namespace} open={open} view={view} revision={revision} />}
      </section>
      <Splitter />
      <KeyPane index={index} namespace={namespace} open={open} revision={revision} />
    </div>
  );
}
