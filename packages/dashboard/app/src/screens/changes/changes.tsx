import { ClipboardCheck } from 'lucide-react';
import { useTranslate } from '../../i18n/translate.ts';
import { drafts } from '../../state/drafts.ts';
import { go } from '../../state/location.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Note } from '../../ui/note.tsx';
import { changeSets } from './change-set.ts';
import { ChangeSetView } from './change-set-view.tsx';
import { DraftList } from './draft-list.tsx';
import './changes.css';

/** Edits that wait to be saved together: looked through, tried, and then written all or none. */
export default function Changes() {
  const t = useTranslate();
  const all = useStore(drafts);
  const sets = changeSets(all);
  const loose = all.filter(({ staged }) => !staged);
  if (all.length === 0) {
    return (
      <Empty
        isPage
        icon={<ClipboardCheck size={28} />}
        title={t('nothingStaged')}
        actions={<Button onClick={() => go({ screen: 'home', parameters: {} })}>{t('navHome')}</Button>}
      >
        {t('nothingStagedText')}
      </Empty>
    );
  }
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('navChanges')}</h1>
        <p>{t('changesText')}</p>
      </header>
      {sets.length > 1 && <Note>{t('severalBatches')}</Note>}
      {sets.map((set) => (
        <ChangeSetView key={set.namespace} set={set} />
      ))}
      {loose.length > 0 && <DraftList drafts={loose} />}
    </div>
  );
}
