import * as DropdownMenu from '@radix-ui/react-dropdown-menu';
import { type ReactElement, type ReactNode, useRef, useState } from 'react';
import { homeOf } from './home-of.ts';
import { Keys } from './keys.tsx';

/** A menu that a button opens. */
export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
}) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    // Not modal: a modal one would put a style element into the page, which its policy forbids.
    <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild ref={button}>
        {trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={homeOf(button.current)}>
        <DropdownMenu.Content className="menu" align={align} sideOffset={6} collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export interface MenuItemProps {
  readonly children: ReactNode;
  readonly onSelect: () => void;
  readonly icon?: ReactNode;
  readonly keys?: string | undefined;
  readonly disabled?: boolean | undefined;
  readonly danger?: boolean | undefined;
}

export function MenuItem({ children, onSelect, icon, keys, disabled = false, danger = false }: MenuItemProps) {
  return (
    <DropdownMenu.Item className={`menu-item ${danger ? 'danger' : ''}`} disabled={disabled} onSelect={onSelect}>
      <span className="menu-icon">{icon}</span>
      <span className="menu-text">{children}</span>
      {keys && <Keys keys={keys} />}
    </DropdownMenu.Item>
  );
}

export interface MenuChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly onChange: (value: T) => void;
}

/** One of several, within a menu. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="menu-label">{label}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
        {options.map(([each, text]) => (
          <DropdownMenu.RadioItem key={each} value={each} className="menu-item">
            <span className="menu-icon">
              <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
            </span>
            <span className="menu-text">{text}</span>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </DropdownMenu.Group>
  );
}

export const MenuLine = () => <DropdownMenu.Separator className="menu-line" />;
