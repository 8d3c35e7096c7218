import type { KeyboardEvent, PointerEvent } from 'react';
import { useTranslate } from '../../i18n/translate.ts';
import { changeSettings, settings } from '../../state/settings.ts';
import { useStore } from '../../state/store.ts';

const least = 240;
const most = 900;

/** The line between list and key: dragged, or moved by the arrow keys. */
export function Splitter() {
  const t = useTranslate();
  const { listWidth } = useStore(settings);
  const resize = (width: number): void =>
    changeSettings({ listWidth: Math.round(Math.min(Math.max(width, least), most)) });
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    const line = event.currentTarget;
    const offset = listWidth - event.clientX;
    const move = (next: globalThis.PointerEvent): void => resize(next.clientX + offset);
    line.setPointerCapture(event.pointerId);
    line.addEventListener('pointermove', move);
    line.addEventListener('pointerup', () => line.removeEventListener('pointermove', move), { once: true });
  };
  const nudge = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -24, ArrowRight: 24 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(listWidth + step);
  };
  return (
    // A separator that can be focused is a control: https://www.w3.org/TR/wai-aria-1.2/#separator
    <div
      className="splitter"
      role="slider"
      aria-label={t('listWidth')}
      aria-orientation="horizontal"
      aria-valuenow={listWidth}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={nudge}
    />
  );
}
