import * as Popover from '@radix-ui/react-popover';
import { ChevronsUpDown, Star } from 'lucide-react';
import { useState } from 'react';
import { useTranslate } from '../i18n/translate.ts';
import { go } from '../state/location.ts';
import { keysPlace } from '../state/place.ts';
import { useNamespaces } from '../state/queries.ts';
import { settings, toggleFavourite } from '../state/settings.ts';
import { useStore } from '../state/store.ts';
import { Listbox } from '../ui/listbox.tsx';
import { overlay } from './overlay-state.ts';

/** The namespace on the screen, and the way to another: favourites first, then the last ones, then all. */
export function NamespaceSwitcher({ namespace }: { namespace: string }) {
  const t = useTranslate();
  const isOpen = useStore(overlay) === 'switcher';
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => overlay.set(open ? 'switcher' : undefined)}>
      <Popover.Trigger asChild>
        <button type="button" className="switcher" title={t('switchNamespace')}>
          <span className={namespace ? 'switcher-name' : 'switcher-name none'}>
            {namespace || t('chooseNamespace')}
          </span>
          <ChevronsUpDown size={15} aria-hidden="true" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={t('switchNamespace')}
        >
          <Choices namespace={namespace} onChosen={() => overlay.set(undefined)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const maxShown = 200;

function Choices({ namespace, onChosen }: { namespace: string; onChosen: () => void }) {
  const t = useTranslate();
  const { data = [], isPending } = useNamespaces();
  const { favourites, recents } = useStore(settings);
  const [text, setText] = useState('');
  const known = [...favourites, ...recents.filter((name) => !favourites.includes(name))];
  const all = [...known, ...data.filter((name) => !known.includes(name))];
  const wanted = text.trim().toLowerCase();
  const found = all.filter((name) => name.toLowerCase().includes(wanted)).slice(0, maxShown);
  // A namespace exists as soon as it has a key: one that is not there yet can be opened too.
  const options = wanted !== '' && !all.includes(text.trim()) ? [...found, text.trim()] : found;
  return (
    <Listbox
      label={t('namespaces')}
      placeholder={t('filterNamespaces')}
      text={text}
      onText={setText}
      options={options}
      busy={isPending}
      empty={t('noNamespaces')}
      onChoose={(name) => {
        onChosen();
        go(keysPlace(name));
      }}
      render={(name) => (
        <>
          <span className="option-text">{name}</span>
          {!all.includes(name) && <span className="option-note">{t('newNamespace')}</span>}
          {name === namespace && <span className="option-note">{t('here')}</span>}
        </>
      )}
      aside={(name) =>
        all.includes(name) && (
          <button
            type="button"
            tabIndex={-1}
            aria-hidden="true"
            className={favourites.includes(name) ? 'option-star on' : 'option-star'}
            title={t(favourites.includes(name) ? 'unfavourite' : 'favourite')}
            onClick={() => toggleFavourite(name)}
          >
            <Star size={15} />
          </button>
        )
      }
    />
  );
}
