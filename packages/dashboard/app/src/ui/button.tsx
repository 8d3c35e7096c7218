import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Tip } from './tip.tsx';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'>;

export interface ButtonProps extends Native {
  readonly children: ReactNode;
  readonly look?: 'primary' | 'danger' | 'quiet' | undefined;
  readonly icon?: ReactNode;
  /** The keys that do the same. */
  readonly keys?: string | undefined;
  readonly ref?: Ref<HTMLButtonElement> | undefined;
}

export function Button({ children, look, icon, keys, className = '', ...native }: ButtonProps) {
  const button = (
    <button type="button" {...native} className={`button ${look ?? ''} ${className}`}>
      {icon}
      <span>{children}</span>
    </button>
  );
  return keys ? <Tip keys={keys}>{button}</Tip> : button;
}

export interface IconButtonProps extends Native {
  /** Its action in words: the name for screen readers, and the tip. */
  readonly label: string;
  readonly children: ReactNode;
  readonly keys?: string | undefined;
  readonly ref?: Ref<HTMLButtonElement> | undefined;
}

export function IconButton({ label, children, keys, className = '', ...native }: IconButtonProps) {
  return (
    <Tip label={label} keys={keys}>
      <button type="button" aria-label={label} {...native} className={`icon-button ${className}`}>
        {children}
      </button>
    </Tip>
  );
}
