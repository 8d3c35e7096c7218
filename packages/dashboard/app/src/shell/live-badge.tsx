import { useEffect, useState } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { live, reconnectNow } from '../live/live.ts';
import { useStore } from '../state/store.ts';
import { Tip } from '../ui/tip.tsx';

/** How fresh the page is: "revision 4,812 · live". */
export function LiveBadge() {
  const t = useTranslate();
  const { state, revision } = useStore(live);
  if (state.name === 'idle') return null;
  const text = {
    connecting: t('liveConnecting'),
    live: t('liveLive'),
    lost: t('liveLost'),
    forbidden: t('liveForbidden'),
  }[state.name];
  return (
    <Tip label={state.name === 'forbidden' ? state.message : t(state.name === 'lost' ? 'liveRetry' : 'liveHint')}>
      <button type="button" className={`live is-${state.name}`} onClick={reconnectNow}>
        <span className="live-dot" aria-hidden="true" />
        {revision > 0 && <span className="live-revision">{t('revisionNumber', { revision })}</span>}
        <span role="status">{text}</span>
        {state.name === 'lost' && <Countdown until={state.again} />}
      </button>
    </Tip>
  );
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden="true">{Math.max(0, Math.ceil((until - now) / 1000))} s</span>;
}
