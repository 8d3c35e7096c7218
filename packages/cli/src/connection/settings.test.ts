import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { saveProfile } from './profile.js';
import { type ConnectionFlags, connectionSettings } from './settings.js';

const home = mkdtempSync(join(tmpdir(), 'cfg-settings-'));
const ca = join(home, 'ca.pem');
writeFileSync(ca, 'an authority');
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Whom the settings trust, with a profile that trusts an authority or a certificate. */
function trusted(flags: ConnectionFlags, env: NodeJS.ProcessEnv, profile: object): unknown {
  const variables = { HOME: home, ...env };
  saveProfile('default', { address: 'server:1', ...profile }, variables);
  const { ca, fingerprint256 } = connectionSettings(flags, variables).options.tls ?? {};
  return ca ?? fingerprint256;
}

it.each<[ConnectionFlags, NodeJS.ProcessEnv, object, unknown]>([
  [{}, {}, {}, undefined],
  [{}, {}, { tlsCa: 'kept' }, 'kept'],
  [{}, {}, { tlsFingerprint: 'aa' }, 'aa'],
  [{ tlsFingerprint: 'bb' }, {}, { tlsCa: 'kept' }, 'bb'],
  [{ tlsCa: ca }, {}, { tlsFingerprint: 'aa' }, 'an authority'],
  [{}, { CFG_TLS_FINGERPRINT: 'cc' }, { tlsCa: 'kept' }, 'cc'],
  [{}, { CFG_TLS_CA: ca }, { tlsFingerprint: 'aa' }, 'an authority'],
  [{ tlsFingerprint: 'bb' }, { CFG_TLS_CA: ca }, {}, 'bb'],
  [{ tlsCa: ca }, { CFG_TLS_FINGERPRINT: 'cc' }, {}, 'an authority'],
])('flags %o, variables %o, profile %o: one of them says whom to trust', (flags, env, profile, expected) => {
  expect(trusted(flags, env, profile)).toBe(expected);
});

it.each<[ConnectionFlags, NodeJS.ProcessEnv]>([
  [{ tlsCa: ca, tlsFingerprint: 'bb' }, {}],
  [{}, { CFG_TLS_CA: ca, CFG_TLS_FINGERPRINT: 'bb' }],
])('flags %o, variables %o: whom to trust is said twice', (flags, env) => {
  expect(() => trusted(flags, env, {})).toThrow('--tls-ca and --tls-fingerprint exclude each other');
});
