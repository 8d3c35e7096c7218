import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { locale, useTranslate } from '../../i18n/translate.ts';
import { useCommands } from '../../shell/commands.ts';
import { settings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { timeText } from '../../ui/format-time.ts';
import { toast } from '../../ui/toasts.tsx';
import { type Moment, revisionAt } from './moments.ts';

export interface TimeSliderProps {
  readonly namespace: string;
  /** Oldest first. */
  readonly moments: readonly Moment[];
  /** 0: now. */
  readonly revision: number;
  /** The newest revision; 0: not known. */
  readonly head: number;
  readonly onChange: (revision: number | undefined) => void;
  readonly onOlder: (() => void) | undefined;
}

/** From write to write through the past of a namespace, or to a time. Its right end is now. */
export function TimeSlider({ namespace, moments, revision, head, onChange, onOlder }: TimeSliderProps) {
  const t = useTranslate();
  const { utc } = useStore(settings);
  const last = moments.length; // now
  const found = moments.findLastIndex((moment) => moment.revision <= revision);
  const at = revision === 0 ? last : Math.max(found, 0);
  const go = (step: number): void => {
    const next = Math.min(Math.max(step, 0), last);
    onChange(next === last ? undefined : moments[next]?.revision);
  };
  useCommands([
    { id: 'earlier', title: 'historyEarlier', group: 'groupView', keys: '[', run: () => go(at - 1) },
    { id: 'later', title: 'historyLater', group: 'groupView', keys: ']', run: () => go(at + 1) },
  ]);
  const moment = revision === 0 ? undefined : moments[at];
  const said = moment
    ? `${t('revisionNumber', { revision: moment.revision })}, ${timeText(moment.at, locale(), utc)}`
    : t('now');
  return (
    <div className="time-travel">
      <div className="row time-line">
        <IconButton label={t('historyEarlier')} keys="[" disabled={at <= 0} onClick={() => go(at - 1)}>
          <ChevronLeft size={18} />
        </IconButton>
        <input
          type="range"
          className="grow"
          min={0}
          max={last}
          value={at}
          disabled={last === 0}
          aria-label={t('historySlider')}
          aria-valuetext={said}
          onChange={(event) => go(Number(event.target.value))}
        />
        <IconButton label={t('historyLater')} keys="]" disabled={at >= last} onClick={() => go(at + 1)}>
          <ChevronRight size={18} />
        </IconButton>
        <output className="muted time-said">{said}</output>
      </div>
      <div className="row">
        <RevisionForm key={revision} revision={revision} head={head} onChange={onChange} />
        <TimeForm namespace={namespace} onChange={onChange} />
        <span className="grow" />
        {onOlder && (
          <Button look="quiet" onClick={onOlder}>
            {t('historyOlder')}
          </Button>
        )}
      </div>
    </div>
  );
}

function RevisionForm({ revision, head, onChange }: Pick<TimeSliderProps, 'revision' | 'head' | 'onChange'>) {
  const t = useTranslate();
  const [text, setText] = useState(revision === 0 ? '' : String(revision));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (Number(text) > 0) onChange(Number(text));
  };
  return (
    <form className="row time-form" onSubmit={submit}>
      <label className="row">
        <span className="muted">{t('revision')}</span>
        <input
          type="number"
          min={1}
          max={head || undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <Button type="submit">{t('historyGo')}</Button>
    </form>
  );
}

function TimeForm({ namespace, onChange }: Pick<TimeSliderProps, 'namespace' | 'onChange'>) {
  const t = useTranslate();
  const { utc } = useStore(settings);
  const [text, setText] = useState('');
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const at = Date.parse(utc ? `${text}Z` : text);
    if (Number.isNaN(at)) return;
    try {
      const revision = await revisionAt(namespace, at);
      if (revision === undefined) toast({ text: t('historyNothingThen') });
      else onChange(revision);
    } catch (error) {
      toast({ text: error instanceof Error ? error.message : String(error), look: 'bad' });
    }
  };
  return (
    <form className="row time-form" onSubmit={(event) => void submit(event)}>
      <label className="row">
        <span className="muted">{t(utc ? 'historyAtUtc' : 'historyAt')}</span>
        <input type="datetime-local" step={1} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <Button type="submit" disabled={text === ''}>
        {t('historyGo')}
      </Button>
    </form>
  );
}
