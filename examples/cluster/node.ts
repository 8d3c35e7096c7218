// A node of the cluster: cfg-server, in a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('dist/main.js', import.meta.resolve('@cfg/server/package.json')));

export interface Ports {
  readonly grpc: number;
  readonly gossip: number;
}

/** How the cluster looks from a node. */
export interface ClusterView {
  readonly members: readonly { readonly id: string; readonly presence: string; readonly inRing: boolean }[];
  readonly namespaces: readonly { readonly namespace: string; readonly owner: string }[];
}

export class Node {
  readonly id: string;
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(id: string, process: ChildProcess, url: string) {
    this.id = id;
    this.#process = process;
    this.#url = url;
  }

  /** Starts a node with its own database in `folder`; it joins those that listen for gossip at `join`. */
  static async start(id: string, folder: string, { grpc, gossip }: Ports, join: readonly string[]): Promise<Node> {
    const child = spawn(process.execPath, [
      program,
      ...['--store', `sqlite:${folder}/${id}.db`],
      ...['--grpc', `127.0.0.1:${grpc}`, '--http', '127.0.0.1:0'],
      ...['--cluster', `memberlist://127.0.0.1:${gossip}`],
      ...(join.length > 0 ? ['--join', join.join()] : []),
      ...['--node-id', id, '--advertise', `127.0.0.1:${grpc}`],
    ]);
    child.stderr.pipe(process.stderr);
    for await (const line of createInterface({ input: child.stdout })) {
      const { msg, address } = JSON.parse(line) as { readonly msg: string; readonly address?: string };
      if (msg === 'HTTP door open') return new Node(id, child, `http://${address}`);
    }
    throw new Error(`node ${id} did not start`);
  }

  async cluster(): Promise<ClusterView> {
    return (await this.#ask('GET', '/v1/cluster')) as ClusterView;
  }

  /** Brings the namespace to this node. */
  async claim(namespace: string): Promise<void> {
    await this.#ask('POST', `/v1/cluster/namespaces/${namespace}/claim`, {});
  }

  /** Returns the version. */
  async set(namespace: string, key: string, value: unknown): Promise<number> {
    const text = Buffer.from(JSON.stringify(value)).toString('base64');
    const { entry } = (await this.#ask('POST', `/v1/namespaces/${namespace}/keys/${key}`, { value: text })) as Answer;
    return Number(entry.version);
  }

  async get(namespace: string, key: string): Promise<unknown> {
    const { entry } = (await this.#ask('GET', `/v1/namespaces/${namespace}/keys/${key}`)) as Answer;
    return JSON.parse(Buffer.from(entry.value, 'base64').toString());
  }

  /** Without a goodbye. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    await once(this.#process, 'exit');
  }

  /** Fails with what the node says. */
  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.#url + path, { method, ...(body && { body: JSON.stringify(body) }) });
    const answer = (await response.json()) as { readonly message?: string };
    if (!response.ok) throw new Error(answer.message);
    return answer;
  }
}

interface Answer {
  readonly entry: { readonly version: string; readonly value: string };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
