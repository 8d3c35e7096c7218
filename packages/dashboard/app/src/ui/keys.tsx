const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

const names: Readonly<Record<string, string>> = {
  mod: isApple ? '⌘' : 'Ctrl',
  shift: isApple ? '⇧' : 'Shift',
  alt: isApple ? '⌥' : 'Alt',
  enter: '↵',
  escape: 'Esc',
  arrowdown: '↓',
  arrowup: '↑',
  arrowleft: '←',
  arrowright: '→',
};

/** Keys as people know them: `mod+s` is ⌘S, `g k` is G then K. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys" aria-hidden="true">
      {keys.split(' ').map((chord) => (
        <kbd key={chord}>
          {chord
            .split('+')
            .map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key))
            .join(isApple ? '' : ' ')}
        </kbd>
      ))}
    </span>
  );
}
