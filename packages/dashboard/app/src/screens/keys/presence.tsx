import { Eye, PencilLine } from 'lucide-react';
import type { Other } from '../../api/presence.ts';
import { locale, useTranslate } from '../../i18n/translate.ts';
import { Badge } from '../../ui/controls.tsx';
import { usePresence } from './use-presence.ts';

/** Who else looks at the key or edits it just now: a hint, which keeps nobody from anything. */
export function Presence({ namespace, name, isEditing }: { namespace: string; name: string; isEditing: boolean }) {
  const t = useTranslate();
  const others = usePresence(namespace, name, isEditing);
  const who = (some: readonly Other[]) => {
    const names = new Set(some.map(({ userId }) => userId || t('somebody')));
    return { count: names.size, names: new Intl.ListFormat(locale(), { type: 'conjunction' }).format(names) };
  };
  const editing = others.filter((each) => each.isEditing);
  const looking = others.filter((each) => !each.isEditing);
  return (
    <span className="presence" role="status">
      {editing.length > 0 && (
        <Badge look="warn">
          <PencilLine size={12} aria-hidden="true" />
          <span className="presence-names">{t('editingNow', who(editing))}</span>
        </Badge>
      )}
      {looking.length > 0 && (
        <Badge>
          <Eye size={12} aria-hidden="true" />
          <span className="presence-names">{t('lookingNow', who(looking))}</span>
        </Badge>
      )}
    </span>
  );
}
