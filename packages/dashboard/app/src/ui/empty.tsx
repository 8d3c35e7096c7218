import type { ReactNode } from 'react';

/** A screen without content: it says what would be here, and what to do next. */
export function Empty({
  icon,
  title,
  children,
  actions,
  isPage = false,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** There is no other heading on the screen. */
  isPage?: boolean;
}) {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <div className="empty">
      {icon && <div className="empty-icon">{icon}</div>}
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {actions && <div className="empty-actions">{actions}</div>}
    </div>
  );
}
