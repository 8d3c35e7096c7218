import type { AnchorHTMLAttributes, MouseEvent, Ref } from 'react';
import { go, hrefOf } from '../state/location.ts';
import type { Place } from '../state/place.ts';

/** A link to a place of the page. New tabs and windows work as for any link. */
export function Link({
  to,
  onClick,
  ...native
}: { to: Place; ref?: Ref<HTMLAnchorElement> } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  return <a {...native} href={hrefOf(to)} onClick={follow} />;
}
