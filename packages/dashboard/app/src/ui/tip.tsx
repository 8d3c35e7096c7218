import * as Tooltip from '@radix-ui/react-tooltip';
import type { ReactElement } from 'react';
import { Keys } from './keys.tsx';

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
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tip" sideOffset={6} collisionPadding={8}>
          {label}
          {keys && <Keys keys={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export const TipProvider = Tooltip.Provider;
