import { createHash } from 'node:crypto';
import { contentSecurityPolicy } from '../../security-headers.js';

/** The text of the form above its field. */
export type LoginMessage = 'wrong' | 'throttled' | 'foreign' | 'unreadable';

interface Texts extends Readonly<Record<LoginMessage, string>> {
  readonly title: string;
  readonly passphrase: string;
  readonly submit: string;
}

const english: Texts = {
  title: 'Sign in',
  passphrase: 'Passphrase',
  submit: 'Sign in',
  wrong: 'That is not the passphrase.',
  throttled: 'Too many attempts. Wait a little, then try again.',
  foreign: 'That form was sent by another web site. Sign in here.',
  unreadable: 'That was not understood. Try again.',
};

const german: Texts = {
  title: 'Anmelden',
  passphrase: 'Passphrase',
  submit: 'Anmelden',
  wrong: 'Diese Passphrase stimmt nicht.',
  throttled: 'Zu viele Versuche. Warten Sie kurz und versuchen Sie es dann erneut.',
  foreign: 'Dieses Formular kam von einer anderen Website. Melden Sie sich hier an.',
  unreadable: 'Das wurde nicht verstanden. Versuchen Sie es erneut.',
};

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;
--page:light-dark(#f6f7f9,#0f1115);--card:light-dark(#fff,#181b21);--line:light-dark(#8a919e,#6b7280);
--text:light-dark(#16181d,#e8eaee);--accent:light-dark(#2451d6,#8fb0ff);--on:light-dark(#fff,#0f1115);
--bad:light-dark(#b3261e,#ff9d94)}
*{box-sizing:border-box}
body{margin:0;min-height:100dvh;display:grid;place-items:center;padding:1rem;background:var(--page);color:var(--text)}
form{width:min(100%,23rem);padding:2rem;border-radius:12px;background:var(--card);
box-shadow:0 1px 2px rgb(0 0 0/.12),0 8px 24px rgb(0 0 0/.08)}
p.brand{margin:0 0 1.5rem;font:600 .9rem/1 ui-monospace,monospace;opacity:.75}
h1{margin:0 0 1.25rem;font-size:1.375rem;line-height:1.2}
label{display:block;margin-bottom:.375rem;font-weight:500}
input,button{width:100%;min-height:44px;border-radius:8px;font:inherit}
input{padding:.5rem .75rem;border:1px solid var(--line);background:var(--page);color:inherit}
button{margin-top:1.25rem;border:0;background:var(--accent);color:var(--on);font-weight:600;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.bad{margin:0 0 1rem;color:var(--bad)}
@media (forced-colors:active){button{border:1px solid}}
`;

const styleHash = createHash('sha256').update(style).digest('base64');

export const loginPageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy(`'sha256-${styleHash}'`),
  'cache-control': 'no-store',
  vary: 'Accept-Language',
};

/** The form, in English or in German. It has no script. */
export function loginPage(languages: string | undefined, message: LoginMessage | undefined, returnTo: string): string {
  const isGerman = prefersGerman(languages);
  const texts = isGerman ? german : english;
  const told = message === undefined ? '' : `<p class="bad" id="message" role="alert">${texts[message]}</p>`;
  const described = message === undefined ? '' : ' aria-describedby="message" aria-invalid="true"';
  return `<!doctype html>
<html lang="${isGerman ? 'de' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title} · cfg</title><style>${style}</style></head>
<body><main><form method="post"><p class="brand">cfg</p><h1>${texts.title}</h1>${told}
<label for="passphrase">${texts.passphrase}</label>
<input id="passphrase" name="passphrase" type="password" autocomplete="current-password" required autofocus${described}>
<input type="hidden" name="returnTo" value="${escapeHtml(returnTo)}">
<button>${texts.submit}</button></form></main></body>
</html>
`;
}

/** Whether German comes before English in a header `Accept-Language`. */
function prefersGerman(languages = ''): boolean {
  const wanted = languages.split(',').map((item) => {
    const [tag = '', ...parameters] = item.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    return { language: tag.split('-')[0]?.toLowerCase(), weight: Number(weight) };
  });
  const known = wanted.filter(({ language, weight }) => weight > 0 && (language === 'en' || language === 'de'));
  return known.toSorted((a, b) => b.weight - a.weight)[0]?.language === 'de';
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
