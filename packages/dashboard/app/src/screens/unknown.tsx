import { Compass } from 'lucide-react';
import { useTranslate } from '../i18n/translate.ts';
import { Empty } from '../ui/empty.tsx';
import { Link } from '../ui/link.tsx';

export default function Unknown() {
  const t = useTranslate();
  return (
    <Empty
      isPage
      icon={<Compass size={28} />}
      title={t('unknownTitle')}
      actions={
        <Link className="button primary" to={{ screen: 'home', parameters: {} }}>
          {t('navHome')}
        </Link>
      }
    >
      {t('unknownText')}
    </Empty>
  );
}
