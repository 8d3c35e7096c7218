import * as Tooltip from '@radix-ui/react-tooltip';
import { type ReactElement, type SyntheticEvent, useState } from 'react';
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
  // Found when the tip is about to show. Radix keeps itself whether it does: a focus that goes on at once leaves none.
  const [home, setHome] = useState<HTMLElement | null>(null);
  const find = ({ currentTarget }: SyntheticEvent<HTMLElement>): void => setHome(homeOf(currentTarget));
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild onPointerEnter={find} onFocus={find}>
        {children}
      </Tooltip.Trigger>
      <Tooltip.Portal container={home}>
        <Tooltip.Content className="tip" sideOffset={6} collisionPadding={8} onEscapeKeyDown={takenByTip}>
          {label}
          {keys && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export const TipProvider = Tooltip.Provider;
