import { useTranslate } from '../i18n/translate.ts';
import { useStore } from '../state/store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Keys } from '../ui/keys.tsx';
import { commands } from './commands.ts';
import { overlay } from './overlay-state.ts';

const groups = ['groupGo', 'groupKeys', 'groupKey', 'groupEdit', 'groupView'] as const;

/** All keys that do something here. */
export function Sheet() {
  const t = useTranslate();
  const withKeys = useStore(commands).filter(({ keys }) => keys !== undefined);
  return (
    <Dialog title={t('keyboard')} size="wide" onClose={() => overlay.set(undefined)}>
      <div className="sheet">
        {groups.map((group) => {
          const own = withKeys.filter((command) => command.group === group);
          if (own.length === 0) return null;
          return (
            <section key={group}>
              <h3>{t(group)}</h3>
              <dl>
                {own.map(({ id, title, keys = '' }) => (
                  <div key={id}>
                    <dt>{t(title)}</dt>
                    <dd>
                      <Keys keys={keys} />
                      <span className="hidden">{keys}</span>
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
