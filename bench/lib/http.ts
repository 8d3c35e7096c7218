import http from 'node:http';

/** A light client of one path of an HTTP server on this machine. */
export class HttpDriver {
  readonly #port: number;
  readonly #agent: http.Agent;
  readonly #inFlight: number;

  constructor(port: number, inFlight = 32) {
    this.#port = port;
    this.#inFlight = inFlight;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  }

  /** Returns the body; rejects if the answer has another status. */
  get(path: string, expected = 200): Promise<string> {
    return new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port: this.#port, path, agent: this.#agent }, (response) => {
          let body = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            body += chunk;
          });
          response.on('end', () => {
            if (response.statusCode === expected) resolve(body);
            else reject(new Error(`${path}: ${response.statusCode} ${body}`));
          });
        })
        .on('error', reject);
    });
  }

  /** Calls per second. */
  async rate(path: string, durationMs: number, expected?: number): Promise<number> {
    let calls = 0;
    const began = performance.now();
    const worker = async (): Promise<void> => {
      for (; performance.now() < began + durationMs; calls += 1) await this.get(path, expected);
    };
    await Promise.all(Array.from({ length: this.#inFlight }, worker));
    return (calls * 1_000) / (performance.now() - began);
  }

  close(): void {
    this.#agent.destroy();
  }
}
