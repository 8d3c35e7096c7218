// The dashboard behind a sign-in that gives its users a JSON web token, in a cookie. Run it with `node jwt/main.ts` and open
// http://127.0.0.1:8080/dashboard/ as ann, password "correct horse".
import { scryptSync, timingSafeEqual } from 'node:crypto';
import { cookieAuth } from '@cfg/dashboard';
import { isFromOwnPage } from '@cfg/service';
import express from 'express';
import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { configServer } from '../config-server.ts';

const { PORT = '8080' } = process.env;
const issuer = 'https://sign-in.example.com';
const audience = 'cfg';

// Who signs in. Yours is a database, with a salt for each user.
const hashOf = (password: string): Buffer => scryptSync(password, 'a salt', 32);
const users = new Map([
  ['ann', { hash: hashOf('correct horse'), roles: ['admin'] }],
  ['bob', { hash: hashOf('battery staple'), roles: ['reader'] }],
]);

// Only the sign-in has the private key. Where it is another service, take its public keys: createRemoteJWKSet(url).
const { publicKey, privateKey } = await generateKeyPair('ES256');

const auth = cookieAuth(
  'token',
  async (token) => {
    try {
      const { payload } = await jwtVerify<{ roles: string[] }>(token, publicKey, {
        issuer,
        audience,
        algorithms: ['ES256'],
        requiredClaims: ['sub', 'exp'],
      });
      return { userId: payload.sub ?? '', claims: { roles: payload.roles } };
    } catch {
      return undefined; // expired, forged, another's
    }
  },
  { loginUrl: '/sign-in', logoutUrl: '/sign-out' },
);

const cookie = { httpOnly: true, sameSite: 'lax', secure: process.env.NODE_ENV === 'production', path: '/' } as const;
const app = express();
app.use(['/sign-in', '/sign-out'], (request, response, next) => {
  if (request.method === 'GET' || isFromOwnPage(request)) next();
  else response.sendStatus(403);
});

app.get('/sign-in', (_request, response) => {
  response.send(`<!doctype html><html lang="en"><title>Sign in</title><form method="post">
<label>Name <input name="name" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form></html>`);
});

// A real one counts the attempts, too: express-rate-limit does.
app.post('/sign-in', express.urlencoded(), async (request, response) => {
  const { name, password } = request.body as Record<string, unknown>;
  const user = users.get(String(name));
  // As long for a name that there is none of: who listens to the clock learns nothing.
  const isRight = timingSafeEqual(user?.hash ?? hashOf(''), hashOf(String(password)));
  if (user === undefined || !isRight) {
    response.status(401).send('Wrong name or password.');
    return;
  }
  const token = await new SignJWT({ roles: user.roles })
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject(String(name))
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  response.cookie('token', token, { ...cookie, maxAge: 3_600_000 });
  const wanted = String(request.query.returnTo ?? '');
  response.redirect(303, /^\/dashboard\/[\w./?&=%:-]*$/.test(wanted) ? wanted : '/dashboard/');
});

app.post('/sign-out', (_request, response) => {
  response.clearCookie('token', cookie).redirect(303, '/sign-in');
});

app.use(...(await configServer(auth)));
const server = app.listen(Number(PORT), '127.0.0.1', () => console.log(JSON.stringify(server.address())));
