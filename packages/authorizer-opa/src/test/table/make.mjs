// Makes table.json.gz and table.wasm.gz afresh: inputs from a seed, and what the real `opa` decides for each.
//
//     PATH=$PATH:~/go/bin node packages/authorizer-opa/src/test/table/make.mjs
//
// It needs `opa` on the PATH: CGO_ENABLED=0 go install github.com/open-policy-agent/opa@v1.22.3
import { execFileSync } from 'node:child_process';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { decideByOpa } from '../opa.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const secret = 'a secret that is at least as long as the longest hash, 64 bytes in all';

const pairs = {
  RS: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys = {
  keys: Object.entries(pairs).map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), kid })),
};

const base64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function token(alg, payload, { header = {}, key = pairs[alg]?.privateKey ?? pairs.RS.privateKey } = {}) {
  const signed = `${base64({ alg, ...header })}.${base64(payload)}`;
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
  const options = {
    HS: () => createHmac(hash, secret).update(signed).digest(),
    RS: () => sign(hash, Buffer.from(signed), key),
    PS: () => sign(hash, Buffer.from(signed), { key, padding: 6, saltLength: -1 }),
    ES: () => sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }),
    Ed: () => sign(null, Buffer.from(signed), key),
  };
  return `${signed}.${options[alg.slice(0, 2)]().toString('base64url')}`;
}

const algorithms = ['HS', 'RS', 'PS', 'ES'].flatMap((family) => ['256', '384', '512'].map((bits) => family + bits));
const tokens = {};
for (const alg of [...algorithms, 'EdDSA']) {
  const claims = { iss: 'table', sub: 'ann', aud: ['cfg', 'other'], exp: 4_102_444_800, n: 1.5 };
  const good = token(alg, claims);
  const [header, , signature] = good.split('.');
  Object.assign(tokens, {
    [`${alg} good`]: good,
    [`${alg} key id`]: token(alg, claims, { header: { kid: alg in pairs ? alg : 'RS', typ: 'JWT' } }),
    [`${alg} wrong key id`]: token(alg, claims, { header: { kid: 'EdDSA' } }),
    [`${alg} expired`]: token(alg, { ...claims, exp: 1_000_000_000 }),
    [`${alg} not yet`]: token(alg, { ...claims, nbf: 4_000_000_000 }),
    [`${alg} for nobody`]: token(alg, { iss: 'table', sub: 'ann' }),
    [`${alg} tampered`]: `${header}.${base64({ ...claims, sub: 'root' })}.${signature}`,
    [`${alg} none`]: `${base64({ alg: 'none' })}.${base64(claims)}.`,
    [`${alg} critical`]: token(alg, claims, { header: { crit: ['b64'], b64: true } }),
  });
}
tokens['RS256 stranger'] = token('RS256', { sub: 'ann' }, { key: stranger.privateKey });
tokens['ES256 truncated'] = tokens['ES256 good'].slice(0, -4);
tokens['HS256 no token'] = 'not.a';
// The public key taken for a secret: the classical confusion of algorithms.
const confused = `${base64({ alg: 'HS256' })}.${base64({ sub: 'root' })}`;
tokens['RS256 confused'] =
  `${confused}.${createHmac('sha256', JSON.stringify(keys)).update(confused).digest('base64url')}`;

/** Mulberry32. */
let state = 20_260_101;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const below = (limit) => Math.floor(random() * limit);
const one = (choices) => choices[below(choices.length)];
const some = (choices) => choices.filter(() => random() < 0.5);

const names = Object.keys(tokens);
const keyParts = ['app', 'db', 'port', 'a', 'aa', 'timeout', 'größe', '日本', 'x.y', 'a-b', '*', '[1]', 'α'];
const layouts = [
  '2006-01-02T15:04:05Z07:00',
  'Mon Jan _2 15:04:05 2006',
  'RFC1123Z',
  'RFC3339Nano',
  'RFC822Z',
  '02/01/06 3:04PM -0700',
  '2006-002 15:04:05.000 -07:00',
  'January 2, 2006 at 03:04:05 pm (-07)',
  'Monday, 02-Jan-06 15h4m5s',
];
const zones = ['UTC', '', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'Nowhere/Land'];
const version = () =>
  one([
    '1.2.3',
    'v1.10.0',
    '1.2.3-alpha.1',
    '1.2.3-alpha.beta',
    '2.0.0+build.5',
    '1.02.3',
    '1.2',
    '0.0.1-rc.11',
    '9.9.9-rc.2',
  ]);
const address = () => one([`10.${below(4)}.0.${below(256)}`, '192.168.1.7', 'fd00::1:2', '::1', 'nobody']);
const network = () =>
  one([
    `10.${below(4)}.0.0/16`,
    `192.168.${below(3)}.0/24`,
    '10.0.0.16/28',
    'fd00::/8',
    '2001:db8::/32',
    '10.0.0.0/33',
    '10.0.0.1',
  ]);

function input(index) {
  return {
    action: one(['read', 'write', 'delete', 'list', 'watch']),
    resource: {
      namespace: one(['production', 'staging', 'red-1', 'blue/x', '']),
      key: Array.from({ length: 1 + below(4) }, () => one(keyParts)).join('/'),
    },
    identity: {
      user_id: `user-${index}`,
      claims: {
        roles: some(['reader', 'writer', 'admin', 'auditor']),
        team: one(['red', 'blue', 'prod', 'staging', 'a"b', '']),
        token: index < names.length * 3 ? names[index % names.length] : one(names),
        algorithm: one([...algorithms, 'EdDSA', 'none']),
        audience: one(['cfg', 'other', 'nobody', '']),
        // Whole microseconds: what JSON.parse of another program might round is not what is tested.
        ns: (below(4_000_000_000) - 1_000_000_000) * 1_000_000_000 + below(1000) * 1_000_000,
        other_ns: (below(4_000_000_000) - 1_000_000_000) * 1_000_000_000,
        zone: one(zones),
        layout: one(layouts),
        years: below(60) - 30,
        months: below(40) - 20,
        days: below(100) - 50,
        duration: one(['1h30m', '1.5s', '-2m', '100ms', '1d12h', '2w', '1y', '3', '', '1x', '.5h', '10µs', '0']),
        network: network(),
        networks: Array.from({ length: 1 + below(4) }, network).filter(
          (text) => random() < 0.3 || !/33|\.1$/.test(text),
        ),
        address: address(),
        version: version(),
        other_version: version(),
        expression: one(['(a+)', '/', '([a-z]+)/?', '^app', 'x*', '(?i)(PORT)$', '(', '\\p{Greek}|(\\d)']),
        amount: one([
          '10',
          '1.5K',
          '10Ki',
          '200m',
          '5M',
          '5MiB',
          '1e3',
          '3Gi',
          '1.1kb',
          'KB',
          '',
          '10 MB',
          '-2k',
          '7Q',
        ]),
        number: one([0, 1, -7, 123456789012, 1.5, 0.000001, 123456.789]),
        fraction: one([0.5, 3.75, -2.75, 1234567.125, 0.0001]),
        text: one(['a b&c', 'größe', '日本a', '<a>&"', 'a+b=c', '', 'aaa', '100%', "it's (a) *test*!"]),
        uri: one([
          'https://ann:pw@example.com:8443/a%20b/c%2Fd?x=1&y=2#frag',
          'mailto:ann@example.com',
          '/only/a/path',
          '//host/path',
          'http://[::1]:80/',
          'http://[::1',
          'http://a b/',
          'a:b:c',
          ':no',
          '1:2',
          'HTTP://EXAMPLE.com',
          'https://example.com:port/',
          'https://example.com/%zz',
          '',
        ]),
        uuid: one([
          '00000000-0000-1000-8000-000000000000',
          'urn:uuid:9c8b1f1e-7b1c-11ee-b962-0242ac120002',
          '{000003e8-9c8b-21ee-b900-325096b39f47}',
          '9c8b1f1e7b1c41eeb9620242ac120002',
          'not a uuid',
        ]),
      },
    },
  };
}

const data = { tokens, keys, secret };
const inputs = Array.from({ length: 1_000 }, (_, index) => input(index));
const decisions = decideByOpa(join(here, 'table.rego'), data, inputs);
const rows = inputs.map((one, index) => `${JSON.stringify({ input: one, decision: decisions[index] })}`);
const table = `{"data":${JSON.stringify(data)},"rows":[\n${rows.join(',\n')}\n]}\n`;
writeFileSync(join(here, 'table.json.gz'), gzipSync(table, { level: 9 }));

const scratch = mkdtempSync(join(tmpdir(), 'cfg-table-'));
try {
  const bundle = join(scratch, 'bundle.tar.gz');
  execFileSync('opa', ['build', '-t', 'wasm', '-e', 'config/authz/decision', '-o', bundle, join(here, 'table.rego')]);
  execFileSync('tar', ['-xzf', bundle, '-C', scratch, '/policy.wasm']);
  writeFileSync(join(here, 'table.wasm.gz'), gzipSync(readFileSync(join(scratch, 'policy.wasm')), { level: 9 }));
} finally {
  rmSync(scratch, { recursive: true });
}
