import { type HmacAuthOptions, hmacAuth } from '../index.js';
import { type Answer, type BuiltPage, Web } from './web.js';

export const secret = 'a secret of at least 32 bytes, really';
export const passphrase = 'correct horse';

/** The headers of a browser that opens a page, and of one that sends a form. */
export const html: Record<string, string> = { accept: 'text/html' };
export const form: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded', ...html };

export const login = '/dashboard/login';

/** A dashboard that one signs in to with the passphrase. */
export const open = (built: BuiltPage, options: Partial<HmacAuthOptions> = {}): Promise<Web> =>
  Web.serving(built.dashboard({ auth: hmacAuth({ secret, passphrase, ...options }) }).handler);

export const signIn = (web: Web, typed: string = passphrase, headers: Record<string, string> = {}): Promise<Answer> =>
  web.ask(login, { method: 'POST', headers: { ...form, ...headers }, body: `passphrase=${encodeURIComponent(typed)}` });

/** How the dashboard answers a browser with that cookie. */
export const statusWith = async (web: Web, cookie: string): Promise<number> =>
  (await web.ask('/dashboard/config.json', { headers: { cookie } })).status;
