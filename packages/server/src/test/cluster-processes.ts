import { RemoteStore } from '@cfg/client';
import { ConfigError } from '@cfg/core';
import { staleHeader } from '@cfg/proto';
import type { ClientMiddleware } from 'nice-grpc';
import { freePort } from './free-port.js';
import { Program } from './program.js';
import type { TempDir } from './temp-dir.js';

/** An answer from a copy may be old, and says so: it does not count as an answer here. */
const refuseCopies: ClientMiddleware = async function* refuseCopies(call, options) {
  let isCopy = false;
  const onHeader: typeof options.onHeader = (header) => {
    options.onHeader?.(header);
    isCopy ||= header.has(staleHeader);
  };
  const onTrailer: typeof options.onTrailer = (trailer) => {
    options.onTrailer?.(trailer);
    isCopy ||= trailer.has(staleHeader);
  };
  try {
    const answer = yield* call.next(call.request, { ...options, onHeader, onTrailer });
    if (!isCopy) return answer;
  } catch (error) {
    if (!isCopy) throw error;
  }
  throw new ConfigError('unavailable', 'this is a copy');
};

export interface ClusterSetting {
  readonly dir: TempDir;
  /** The address of a Redis; undefined: memberlist. */
  readonly redis: string | undefined;
  readonly heartbeatMs: number;
}

interface Ports {
  readonly grpc: number;
  readonly gossip: number;
}

/** A node in a process of its own, which can be killed, stopped and started again with the same data. */
export class NodeProcess {
  readonly id: string;
  isUp = false;
  readonly #setting: ClusterSetting;
  readonly #ports: Ports;
  #program: Program | undefined;
  #store: RemoteStore | undefined;

  private constructor(id: string, setting: ClusterSetting, ports: Ports) {
    this.id = id;
    this.#setting = setting;
    this.#ports = ports;
  }

  static async make(id: string, setting: ClusterSetting): Promise<NodeProcess> {
    return new NodeProcess(id, setting, { grpc: await freePort(), gossip: await freePort() });
  }

  /** Starts it; over memberlist it joins these. */
  async start(others: readonly NodeProcess[]): Promise<void> {
    const { dir, redis, heartbeatMs } = this.#setting;
    const { grpc, gossip } = this.#ports;
    const join = others.map((other) => `127.0.0.1:${other.#ports.gossip}`).join();
    this.#program = await Program.serving([
      ...['--store', `sqlite:${dir.path}/${this.id}.db`, '--history', '100000'],
      ...['--grpc', `127.0.0.1:${grpc}`, '--http', '127.0.0.1:0'],
      ...['--cluster', redis ?? `memberlist://127.0.0.1:${gossip}`, '--cluster-heartbeat-ms', String(heartbeatMs)],
      ...(redis === undefined && join !== '' ? ['--join', join] : []),
      ...['--node-id', this.id, '--advertise', `127.0.0.1:${grpc}`],
    ]);
    this.isUp = true;
  }

  /** Connected. Each call is made once, and fails soon where the node is not there. */
  async store(): Promise<RemoteStore> {
    if (this.#store !== undefined) return this.#store;
    const store = new RemoteStore(`127.0.0.1:${this.#ports.grpc}`, {
      insecure: true,
      retry: { maxRetries: 0 },
      callTimeoutMs: 5_000,
      connectTimeoutMs: 1_000,
      middleware: [refuseCopies],
    });
    await store.connect();
    this.#store ??= store;
    return this.#store;
  }

  /** Asks over HTTP, and returns the status. */
  async post(path: string, body: object): Promise<number> {
    const url = await (this.#program as Program).url(path);
    const signal = AbortSignal.timeout(10_000);
    return (await fetch(url, { method: 'POST', body: JSON.stringify(body), signal })).status;
  }

  async kill(): Promise<void> {
    this.isUp = false;
    this.#program?.signal('SIGKILL');
    await this.#program?.exited;
    await this.#store?.close();
    this.#store = undefined;
  }

  /** Stands still until {@link goOn}, as in a long pause of a garbage collection. */
  stop(): void {
    this.isUp = false;
    this.#program?.signal('SIGSTOP');
  }

  goOn(): void {
    this.#program?.signal('SIGCONT');
    this.isUp = true;
  }

  async close(): Promise<void> {
    await this.#store?.close();
    await this.#program?.[Symbol.asyncDispose]();
  }
}
