// The dashboard
export { createDashboard, type Dashboard } from './dashboard.js';
export type { DashboardOptions } from './options.js';
// How users sign in
export { bearerTokenAuth } from './auth/bearer.js';
export { cookieAuth, type CookieAuthOptions } from './auth/cookie.js';
export type { ClientConfig, DashboardAuth, Validate } from './auth/dashboard-auth.js';
export type { ForeignPages } from './auth/foreign-page.js';
export { hmacAuth, type HmacAuthOptions } from './auth/hmac.js';
export { noAuth } from './auth/none.js';
// Permissions at the API
export { type Policy, sessionGuard } from './auth/session-guard.js';
// For sign-in flows of your own
export { type Session, SessionCookie, type SessionCookieOptions } from './auth/session-cookie.js';
