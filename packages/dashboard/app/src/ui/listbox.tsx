import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

export interface ListboxProps<T> {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly options: readonly T[];
  readonly render: (option: T) => ReactNode;
  readonly onChoose: (option: T) => void;
  readonly empty: string;
  readonly busy?: boolean | undefined;
  /** The options are still those of an earlier text: Enter waits for the ones that fit what is typed. */
  readonly isBehind?: boolean | undefined;
  /** Something beside an option, for the mouse only: whoever uses the keyboard has it elsewhere. */
  readonly aside?: ((option: T) => ReactNode) | undefined;
  /** A heading above an option, where it begins a group. */
  readonly heading?: ((option: T, before: T | undefined) => string | undefined) | undefined;
}

/** A field over a list of what fits: arrows move, Enter chooses; the focus stays in the field. */
export function Listbox<T>({
  label,
  placeholder,
  text,
  onText,
  options,
  render,
  onChoose,
  empty,
  busy = false,
  isBehind = false,
  heading,
  aside,
}: ListboxProps<T>) {
  const id = useId();
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  // The list was opened in order to type.
  useEffect(() => input.current?.focus(), []);
  const at = Math.min(active, Math.max(options.length - 1, 0));
  useEffect(() => {
    list.current?.querySelector(`[data-at="${at}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const isChosen = useRef(false);
  useEffect(() => {
    const chosen = options[at];
    if (isBehind || !isChosen.current) return;
    isChosen.current = false;
    if (chosen !== undefined) onChoose(chosen);
  });
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    const chosen = options[at];
    if (step !== undefined) {
      event.preventDefault();
      setActive(Math.min(Math.max(at + step, 0), options.length - 1));
    } else if (event.key === 'Enter' && (isBehind || chosen !== undefined)) {
      event.preventDefault();
      if (isBehind) isChosen.current = true;
      else if (chosen !== undefined) onChoose(chosen);
    }
  };
  return (
    <div className="listbox">
      <input
        role="combobox"
        aria-label={placeholder}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={options.length > 0 ? `${id}-${at}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          isChosen.current = false;
          onText(event.target.value);
          setActive(0);
        }}
        onKeyDown={move}
        ref={input}
      />
      <div className="options" role="listbox" id={`${id}-list`} aria-label={label} ref={list} tabIndex={-1}>
        {options.map((option, index) => {
          const title = heading?.(option, options[index - 1]);
          return (
            <div key={index} role="presentation" className="option-row">
              {title && <div className="option-heading">{title}</div>}
              <div
                role="option"
                id={`${id}-${index}`}
                data-at={index}
                aria-selected={index === at}
                className="option"
                onClick={() => onChoose(option)}
                onKeyDown={move}
                onPointerMove={() => setActive(index)}
                tabIndex={-1}
              >
                {render(option)}
              </div>
              {aside?.(option)}
            </div>
          );
        })}
      </div>
      {options.length === 0 && !busy && (
        <p className="options-empty" role="status">
          {empty}
        </p>
      )}
    </div>
  );
}
