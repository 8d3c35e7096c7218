import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/ui.css';
import './styles/shell.css';
import './styles/keys.css';
import { type ClientConfig, configure } from './api/session.ts';
import { loadLanguage } from './i18n/translate.ts';
import { App } from './shell/app.tsx';
import { fetchScreen } from './shell/screens.ts';
import { loadDrafts } from './state/drafts.ts';
import { place } from './state/location.ts';
import { nonce } from './state/nonce.ts';
import { settings } from './state/settings.ts';
import { followTheme } from './state/theme.ts';

async function loadConfig(): Promise<void> {
  try {
    const response = await fetch(new URL('config.json', document.baseURI), { credentials: 'same-origin' });
    if (!response.ok) return;
    const config: ClientConfig = await response.json();
    configure(config);
  } catch {
    // the defaults hold; what is wrong with the server the first call tells
  }
}

followTheme();
// The menus' scroll lock asks for it by this name, which webpack gave it.
Object.assign(globalThis, { __webpack_nonce__: nonce });
await Promise.all([loadConfig(), loadLanguage(settings.get().language), loadDrafts(), fetchScreen(place.get().screen)]);
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
