import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** Why tests with PgBouncer cannot run here; empty if they can. */
export const withoutPgBouncer: string =
  spawnSync('pgbouncer', ['--version']).status === 0 ? '' : ': no pgbouncer on the PATH';

/** A PgBouncer in transaction mode, before a database. */
export class PgBouncer implements AsyncDisposable {
  /** The database's address, through the pooler. */
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #directory: string;

  /** `poolSize` connections lead to the database of `url`. */
  static async start(url: string, poolSize: number): Promise<PgBouncer> {
    const directory = await mkdtemp(join(tmpdir(), 'cfg-pgbouncer-'));
    // It does not run as root, and the user that it runs as has to get there.
    await chmod(directory, 0o755);
    const { port, username, password } = new URL(url);
    const [file, ownPort] = [join(directory, 'pgbouncer.ini'), await freePort()];
    await writeFile(
      file,
      `[databases]
* = host=127.0.0.1 port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
`,
    );
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn('pgbouncer', [...user, file], { stdio: 'ignore' });
    while (!(await answers(ownPort))) await new Promise((resolve) => setTimeout(resolve, 20));
    return new PgBouncer(child, directory, url.replace(`:${port}/`, `:${ownPort}/`));
  }

  private constructor(child: ChildProcess, directory: string, url: string) {
    this.#process = child;
    this.#directory = directory;
    this.url = url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
    await rm(this.#directory, { recursive: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
