import * as Tooltip from '@radix-ui/react-tooltip';
import { type ReactElement, useRef, useState } from 'react';
import { homeOf } from './home-of.ts';
import { Keys } from './keys.tsx';
import { takenByTip } from './tip-escape.ts';

/** A tip beside its child, which it does not name: `label` says what it does, `keys` by which keys. */
export function Tip({
  label,
  keys,
  children,
}: {
  label?: string | undefined;
  keys?: string | undefined;
  children: ReactElement;
}) {
  const trigger = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    <Tooltip.Root open={isOpen} onOpenChange={setOpen}>
      <Tooltip.Trigger asChild ref={trigger}>
        {children}
      </Tooltip.Trigger>
      <Tooltip.Portal container={homeOf(trigger.current)}>
        <Tooltip.Content className="tip" sideOffset={6} collisionPadding={8} onEscapeKeyDown={takenByTip}>
          {label}
          {keys && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export const TipProvider = Tooltip.Provider;
