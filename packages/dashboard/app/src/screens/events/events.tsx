import { Activity, Download, Pause, Play, Trash2 } from 'lucide-react';
import { useTranslate } from '../../i18n/translate.ts';
import { live } from '../../live/live.ts';
import { LogFilterBar } from '../../log/log-filter.tsx';
import { asNdjson, fits } from '../../log/log-record.ts';
import { LogTable } from '../../log/log-table.tsx';
import { saveText } from '../../log/save-text.ts';
import { useCommands } from '../../shell/commands.ts';
import { useParameters } from '../../state/location.ts';
import { useNamespaces } from '../../state/queries.ts';
import { useStore } from '../../state/store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Note } from '../../ui/note.tsx';
import { useEventLog } from './event-log.ts';

/** The changes, as they happen. */
export default function Events() {
  const t = useTranslate();
  const { ns = '', key, user, op } = useParameters();
  const { data: namespaces = [] } = useNamespaces();
  const { state } = useStore(live);
  // While a name is typed, it is none yet: the stream is that of all.
  const namespace = namespaces.includes(ns) ? ns : '';
  const log = useEventLog(namespace);
  const shown = log.records.filter((record) => fits({ namespace: ns, key, user, operation: op }, record));
  useCommands([
    {
      id: 'pause-events',
      title: log.isPaused ? 'eventsResume' : 'eventsPause',
      group: 'groupView',
      keys: 'p',
      run: () => log.pause(!log.isPaused),
    },
  ]);
  return (
    <div className="page wide log-page">
      <header className="page-head">
        <h1>{t('navEvents')}</h1>
        <Button
          keys="p"
          aria-pressed={log.isPaused}
          icon={log.isPaused ? <Play size={15} /> : <Pause size={15} />}
          onClick={() => log.pause(!log.isPaused)}
        >
          {log.isPaused ? t('eventsResumeCount', { count: log.waiting }) : t('eventsPause')}
        </Button>
        <IconButton label={t('eventsClear')} onClick={log.clear}>
          <Trash2 size={16} />
        </IconButton>
        <Button
          icon={<Download size={15} />}
          disabled={shown.length === 0}
          onClick={() => saveText('events.ndjson', asNdjson(shown))}
        >
          {t('export')}
        </Button>
      </header>
      <div className="row log-filters">
        <LogFilterBar />
      </div>
      {state.name === 'forbidden' && <Note look="warn">{t('eventsForbidden', { why: state.message })}</Note>}
      {log.hasGap && <Note look="warn">{t('eventsGap')}</Note>}
      <p className="hidden" role="status">
        {t('eventsShown', { count: shown.length })}
      </p>
      {shown.length === 0 ? (
        <Empty icon={<Activity size={28} />} title={t('eventsNone')}>
          {t('eventsNoneText')}
        </Empty>
      ) : (
        <LogTable label={t('navEvents')} records={shown} />
      )}
    </div>
  );
}
