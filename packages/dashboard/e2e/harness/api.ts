/** Writes and checks of a test at the server itself, past the page. */
export class Api {
  readonly #root: () => string;
  /** The headers of every call, a credential say. */
  headers: Readonly<Record<string, string>> = {};

  constructor(root: () => string) {
    this.#root = root;
  }

  async call(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#root()}${path}`, {
      method,
      headers: this.headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async #ok(method: string, path: string, body?: unknown): Promise<never | Record<string, unknown>> {
    const response = await this.call(method, path, body);
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Writes a key; a text is taken as it is, anything else as JSON. */
  async set(namespace: string, key: string, value: unknown, more: Record<string, unknown> = {}): Promise<number> {
    const text = 'codec' in more ? String(value) : JSON.stringify(value);
    const body = { value: Buffer.from(text).toString('base64'), ...more };
    const { entry } = await this.#ok('POST', keyPath(namespace, key), body);
    return Number((entry as { version: string }).version);
  }

  async setMany(namespace: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const operations = Object.entries(values).map(([key, value]) => ({
      set: { key, value: Buffer.from(JSON.stringify(value)).toString('base64') },
    }));
    for (let start = 0; start < operations.length; start += 1000) {
      const body = { operations: operations.slice(start, start + 1000) };
      await this.#ok('POST', `/v1/namespaces/${encodeURIComponent(namespace)}/batch`, body);
    }
  }

  async delete(namespace: string, key: string): Promise<void> {
    await this.#ok('DELETE', keyPath(namespace, key));
  }

  /** The key as it is stored; undefined: there is none. */
  async get(namespace: string, key: string): Promise<Stored | undefined> {
    const response = await this.call('GET', keyPath(namespace, key));
    if (response.status === 404) return undefined;
    const { entry } = (await response.json()) as { entry: Record<string, string> };
    return {
      text: Buffer.from(entry.value ?? '', 'base64').toString(),
      codec: entry.codec ?? '',
      version: Number(entry.version),
      comment: entry.comment ?? '',
      expiresAt: entry.expiresAt ?? null,
    };
  }
}

export interface Stored {
  readonly text: string;
  readonly codec: string;
  readonly version: number;
  readonly comment: string;
  readonly expiresAt: string | null;
}

const keyPath = (namespace: string, key: string): string =>
  `/v1/namespaces/${encodeURIComponent(namespace)}/keys/${encodeURIComponent(key)}`;
