import { MousePointerClick } from 'lucide-react';
import { useTranslate } from '../../i18n/translate.ts';
import type { KeyIndex } from '../../index/key-index.ts';
import { Empty } from '../../ui/empty.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Dialogs } from './dialogs.tsx';
import { KeyView } from './key-view.tsx';

export interface KeyPaneProps {
  readonly index: KeyIndex | undefined;
  readonly namespace: string;
  readonly open: string;
  readonly revision: number;
}

export function KeyPane({ index, namespace, open, revision }: KeyPaneProps) {
  const t = useTranslate();
  return (
    <section className="key-pane" aria-label={open === '' ? t('navKeys') : open}>
      {open === '' ? (
        <Empty icon={<MousePointerClick size={28} />} title={t('chooseKey')}>
          {t('chooseKeyText')}
          <br />
          <Keys keys="/" /> <Keys keys="j" /> <Keys keys="k" /> <Keys keys="mod+k" />
        </Empty>
      ) : (
        <KeyView key={`${namespace}\n${open}`} namespace={namespace} name={open} revision={revision} />
      )}
      <Dialogs namespace={namespace} index={index} />
    </section>
  );
}
