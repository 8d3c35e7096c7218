import { describe, expect, it } from 'vitest';
import type { ServerSettings } from '../options.js';
import { TempDir } from '../test/temp-dir.js';
import { readTask } from './settings.js';
import { UsageError } from './usage-error.js';

const settingsOf = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerSettings> => {
  const task = await readTask(args, env);
  if (task.kind !== 'serve') throw new Error(`not to serve but ${task.kind}`);
  return task.settings;
};

describe('the command line', () => {
  it.each([
    [['--gprc', '127.0.0.1:0'], 'unknown flag --gprc; did you mean --grpc?'],
    [['--max-value-byte=5'], 'unknown flag --max-value-byte; did you mean --max-value-bytes?'],
    [['--nothing-like-it'], 'unknown flag --nothing-like-it'],
    [['-x'], 'unknown flag -x'],
    [['serve'], 'unexpected argument serve'],
    [['store'], 'unexpected argument store; did you mean --store?'],
    [['--grpc'], '--grpc needs a value'],
    [['--grpc='], '--grpc needs a value'],
    [['--grpc', '--http', '127.0.0.1:0'], '--grpc needs a value'],
    [['--grpc', 'nine'], '--grpc must be host:port, as in 127.0.0.1:9090 or [::1]:9090, not "nine"'],
    [['--grpc-door', 'quick'], '--grpc-door must be fast or nice, not "quick"'],
    [
      ['--grpc-door', 'nice', '--grpc', '0.0.0.0:0', '--guard', 'deny-all'],
      /^--grpc: the door nice is for the loopback, .* authenticated only after .*--grpc-door.*--i-know-this-is-open$/,
    ],
    [['--store', 'mysql:x'], '--store must be memory, sqlite:PATH or postgres://…, not "mysql:x"'],
    [
      ['--store', 'postgres:secret@db/x'],
      '--store must be an address such as postgres://user:password@host:5432/database',
    ],
    [['--durability', 'none'], '--durability must be full or relaxed, not "none"'],
    [['--search-index', 'no'], '--search-index must be on or off, not "no"'],
    [['--store-pooled'], '--store-pooled is for a PostgreSQL store only'],
    [['--store', 'sqlite:x.db', '--max-staleness-ms', '5'], '--max-staleness-ms is for a PostgreSQL store only'],
    [['--store', 'postgres://db/x', '--max-staleness-ms', '0'], '--max-staleness-ms must be a whole number from 1'],
    [['--store', 'postgres://db/x', '--store-replicas', 'replica:5432'], '--store-replicas must be an address such as'],
    [['--store', 'postgres://db/x', '--store-listen', 'mysql://db'], '--store-listen must be an address such as'],
    [['--search-index', 'on'], 'a store in memory has no index for searches'],
    [['--deleted-days', '100001'], '--deleted-days must be a whole number from 0 to 100000, not 100001'],
    [['--trail-days', '-1'], '--trail-days must be a whole number, not "-1"'],
    [['--trail-days', '9'], 'a store in memory remembers who wrote what as long as its log does'],
    [['--workers', '2'], "--workers: a store in memory is one process's own; choose --store sqlite:PATH"],
    [['--workers', '2', '--store', 'sqlite:x.db', '--tls', 'self-signed'], '--workers: each worker would have another'],
    [['--workers', '0'], '--workers must be a whole number from 1 to 64, not 0'],
    [['--durability', 'full'], 'durability can be chosen for a SQLite file only'],
    [['--store', 'sqlite:'], '--store: sqlite: needs a file, as in sqlite:config.db'],
    [['--history', '0'], '--history must be a whole number from 1 to 2147483647, not 0'],
    [['--grace-ms=1.5'], '--grace-ms must be a whole number, not "1.5"'],
    [['--guard', 'rbac'], '--guard must be allow-all, deny-all, rbac:FILE or opa:FILE|DIR|URL, not "rbac"'],
    [['--guard', 'rbac:'], '--guard: rbac: needs a FILE'],
    [['--guard', 'opa:'], '--guard: opa: needs a FILE|DIR|URL'],
    [['--jwt-keys', 'https://id.example.com'], '--jwt-keys goes only with --guard opa:'],
    [['--guard', 'opa:x', '--jwt-issuer', 'x'], '--jwt-issuer needs --jwt-keys'],
    [['--guard', 'opa:x', '--opa-token', 'x'], '--opa-token goes only with the URL of a policy'],
    [['--guard', 'opa:x', '--jwt-keys', 'no.pem'], /^--jwt-keys: .*no\.pem/],
    [['--guard', 'opa:x', '--opa-bundle-key', 'package.json'], '--opa-bundle-key: package.json is not a public key'],
    [['--log-level', 'inf'], '--log-level must be debug, info, warn, error or silent, not "inf"; did you mean info?'],
    [['--i-know-this-is-open=maybe'], '--i-know-this-is-open must be true or false, not "maybe"'],
    [['--grpc', '127.0.0.1:8080'], '--grpc and --http are the same address, 127.0.0.1:8080'],
    [['--tls-cert', 'cert.pem'], '--tls-cert needs --tls-key as well'],
    [['--tls-client-ca', 'ca.pem'], '--tls-client-ca needs --tls-cert as well'],
    [['--tls-cert', 'no.pem', '--tls-key', 'no.pem'], /^--tls-cert: .*no\.pem/],
    [['--config', 'no.yaml'], /^--config: .*no\.yaml/],
  ])('%j is refused', async (args, message) => {
    await expect(readTask(args, {})).rejects.toThrow(UsageError);
    await expect(readTask(args, {})).rejects.toThrow(message);
  });

  it.each([
    [['--http', '0.0.0.0:0'], '--http: whoever reaches 0.0.0.0'],
    [['--grpc', '[::]:0', '--guard', 'allow-all'], '--grpc: whoever reaches ::'],
    [['--http', 'localhost.example.com:80'], 'or set --i-know-this-is-open'],
  ])('%j is refused, as the server would be open', async (args, message) => {
    await expect(readTask(args, {})).rejects.toThrow(message);
    expect(await settingsOf([...args, '--i-know-this-is-open'])).toMatchObject({ guard: { isOpen: true } });
    expect(await settingsOf([...args, '--guard', 'deny-all'])).toMatchObject({ guard: { isOpen: false } });
  });

  it('that is empty serves on the loopback', async () => {
    expect(await settingsOf([])).toMatchObject({
      grpc: { host: '127.0.0.1', port: 9090 },
      http: { host: '127.0.0.1', port: 8080 },
      storeName: 'memory',
      graceMs: 10_000,
      maxValueBytes: 1024 * 1024,
    });
  });

  it('counts the last of a flag given twice', async () => {
    expect(await settingsOf(['--grace-ms', '1', '--grace-ms=2'])).toMatchObject({ graceMs: 2 });
  });

  it.each([
    ['--help', 'help'],
    ['-h', 'help'],
    ['--version', 'version'],
  ])('%s asks for the %s', async (flag, kind) => {
    expect(await readTask([flag], {})).toEqual({ kind });
  });
});

describe('the environment', () => {
  it.each([
    ['CFG_GPRC', '127.0.0.1:0', 'unknown variable CFG_GPRC; did you mean CFG_GRPC?'],
    ['CFG_HISTORY', '-1', 'CFG_HISTORY must be a whole number, not "-1"'],
    ['CFG_HISTORY', '0', 'CFG_HISTORY must be a whole number from 1'],
    ['CFG_I_KNOW_THIS_IS_OPEN', 'yes', 'CFG_I_KNOW_THIS_IS_OPEN must be true or false, not "yes"'],
    ['CFG_CONFIG', 'no.yaml', /^CFG_CONFIG: .*no\.yaml/],
  ])('with %s=%s is refused', async (name, value, message) => {
    await expect(readTask([], { [name]: value })).rejects.toThrow(message);
  });

  it("may hold another program's variables, and empty ones", async () => {
    expect(await settingsOf([], { CFG_ADDRESS: 'config:9090', CFG_TOKEN: 'x', CFG_STORE: '' })).toMatchObject({
      storeName: 'memory',
    });
  });

  it('sets what is not a text as well', async () => {
    const env = { CFG_GRACE_MS: '5', CFG_I_KNOW_THIS_IS_OPEN: '1', CFG_HTTP: '0.0.0.0:80' };
    expect(await settingsOf([], env)).toMatchObject({ graceMs: 5, http: { host: '0.0.0.0', port: 80 } });
  });
});

describe('a file', () => {
  it.each([
    ['histroy: 5', /^unknown key histroy in .*server\.yaml; did you mean history\?$/],
    ['maxValueBytes: 5', /^unknown key maxValueBytes in .*server\.yaml; did you mean max-value-bytes\?$/],
    ['history: many', /^history in .*server\.yaml must be a whole number, not "many"$/],
    ['history: 0', /^history in .*server\.yaml must be a whole number from 1/],
    ['grpc: 9090', /^grpc in .*server\.yaml must be a text, not 9090$/],
    ['grpc: [a, b]', /^grpc in .*server\.yaml must be a text, not \["a","b"\]$/],
    ['store: {a: 1', /server\.yaml is not YAML: .*line 1/],
    ['history: 1\nhistory: 2', /server\.yaml is not YAML: .*unique/],
    ['- grpc', /server\.yaml must be a mapping of settings to values/],
    ['a: &a [*a, *b]', /server\.yaml/],
  ])('with %j is refused', async (content, message) => {
    using dir = new TempDir();
    const file = dir.file('server.yaml', content);
    await expect(readTask(['--config', file], {})).rejects.toThrow(UsageError);
    await expect(readTask(['--config', file], {})).rejects.toThrow(message);
  });

  it.each(['', '# nothing\n', '\ufeffgrace-ms: 10000\n'])('with %j changes nothing', async (content) => {
    using dir = new TempDir();
    expect(await settingsOf(['--config', dir.file('server.yaml', content)])).toMatchObject({ graceMs: 10_000 });
  });

  it('comes after the environment, which comes after the command line', async () => {
    using dir = new TempDir();
    const file = dir.file('server.yaml', 'grace-ms: 1\nmax-value-bytes: 1\nmax-snapshot-entries: 1\n');
    const env = { CFG_CONFIG: file, CFG_GRACE_MS: '2', CFG_MAX_VALUE_BYTES: '2' };
    expect(await settingsOf(['--grace-ms', '3'], env)).toMatchObject({
      graceMs: 3,
      maxValueBytes: 2,
      maxSnapshotEntries: 1,
    });
  });
});
