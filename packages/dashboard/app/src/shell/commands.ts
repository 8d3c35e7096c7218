// Everything that can be done by keyboard: one list, from which come the keys, the palette, the tips and the sheet.
import { useEffect, useRef } from 'react';
import type { TextName } from '../i18n/translate.ts';
import { createStore } from '../state/store.ts';
import { isTakenByTip } from '../ui/tip-escape.ts';
import { overlay } from './overlay-state.ts';

export interface Command {
  readonly id: string;
  readonly title: TextName;
  readonly group: 'groupGo' | 'groupKeys' | 'groupKey' | 'groupEdit' | 'groupView';
  /** `mod+s`, or two keys one after the other: `g k`. */
  readonly keys?: string | undefined;
  readonly run: () => void;
  /** Its keys also work while something is typed into a field. */
  readonly inFields?: boolean | undefined;
  /** Its keys also work in a dialog. */
  readonly inDialogs?: boolean | undefined;
  /** Not in the palette: it only makes sense where its keys are pressed. */
  readonly hidden?: boolean | undefined;
}

export const commands = createStore<readonly Command[]>([]);

/** Offers commands as long as the component is there. Where two have the same keys, the one that came last has them. */
export function useCommands(list: readonly Command[]): void {
  const latest = useRef(list);
  latest.current = list;
  const ids = list.map(({ id }) => id).join(' ');
  useEffect(() => {
    const present = ids.split(' ').filter((id) => id !== '');
    const offered = present.flatMap((id) => {
      const find = (): Command | undefined => latest.current.find((each) => each.id === id);
      const command = find();
      return command ? [{ ...command, run: () => find()?.run() }] : [];
    });
    commands.update((now) => [...now, ...offered]);
    return () => commands.update((now) => now.filter((each) => !offered.includes(each)));
  }, [ids]);
}

const chordMs = 1_200;
let first = '';
let firstAt = 0;

/** The name of a pressed key, as commands write it. */
export function chordOf(event: Pick<KeyboardEvent, 'key' | 'metaKey' | 'ctrlKey' | 'altKey' | 'shiftKey'>): string {
  const key = event.key.toLowerCase();
  const named = key.length > 1 || /[a-z0-9]/.test(key);
  const parts = [
    event.metaKey || event.ctrlKey ? 'mod' : '',
    event.altKey ? 'alt' : '',
    event.shiftKey && named ? 'shift' : '', // of other characters, ? say, shift is a part
    key === ' ' ? 'space' : key,
  ];
  return parts.filter((part) => part !== '').join('+');
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    (target.matches('input, textarea, select') && !target.matches('[type=checkbox], [type=radio]')));

/** Runs the command whose keys these are. */
export function handleKey(event: KeyboardEvent): void {
  if ((event.defaultPrevented && !isTakenByTip(event)) || event.isComposing) return;
  const chord = chordOf(event);
  const typing = isField(event.composedPath()[0] ?? null);
  // Also while one is about to open: what is typed already belongs to it.
  const modal = document.querySelector('dialog:modal') !== null || overlay.get() !== undefined;
  const both = first !== '' && event.timeStamp - firstAt < chordMs ? `${first} ${chord}` : chord;
  const open = commands.get().filter(({ inFields, inDialogs }) => (inFields || !typing) && (inDialogs || !modal));
  const command = open.findLast(({ keys }) => keys === both) ?? open.findLast(({ keys }) => keys === chord);
  first = '';
  // The browser's own way of saving a page is of no use here.
  if (chord === 'mod+s') event.preventDefault();
  if (command) {
    event.preventDefault();
    command.run();
  } else if (!typing && open.some(({ keys }) => keys?.startsWith(`${chord} `))) {
    first = chord;
    firstAt = event.timeStamp;
  }
}
