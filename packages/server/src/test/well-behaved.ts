import { Worker } from 'node:worker_threads';

/** Asks one thing after the other over one connection, in a thread of its own: attackers do not hold it up, the server may. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const http = require('node:http');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  let tookMs = [];
  const ask = () => {
    const beganMs = performance.now();
    http.get(workerData, { agent }, (response) => {
      response.resume().on('end', () => {
        tookMs.push(performance.now() - beganMs);
        setTimeout(ask, 1);
      });
    }).on('error', () => setTimeout(ask, 1));
  };
  ask();
  parentPort.on('message', () => {
    const sorted = tookMs.sort((a, b) => a - b);
    tookMs = [];
    parentPort.postMessage(sorted[Math.floor(sorted.length / 2)] ?? Infinity);
  });
`;

/** A caller who does nothing wrong. */
export class WellBehaved implements AsyncDisposable {
  readonly #worker: Worker;

  constructor(url: string) {
    this.#worker = new Worker(program, { eval: true, workerData: url });
  }

  /** How long its answers have taken since it was asked last, in milliseconds: the median. */
  medianMs(): Promise<number> {
    return new Promise((resolve) => {
      this.#worker.once('message', resolve);
      this.#worker.postMessage('');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
