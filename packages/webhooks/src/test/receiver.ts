import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export const secret: string = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The content of a message. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Answers a message: a status, perhaps headers, or never. */
export type Answer = number | { readonly status: number; readonly headers: Record<string, string> } | 'never';

/** A program that is told of changes. It takes only messages whose signature is good. */
export class Receiver implements AsyncDisposable {
  /** Everything that came, repeats and what was refused included. */
  readonly received: Received[] = [];
  /** Those that were answered with 200, without repeats. */
  readonly taken: Received[] = [];
  answer: (message: Received) => Answer | Promise<Answer> = () => 200;
  readonly #server: http.Server;
  #port = 0;

  private constructor() {
    this.#server = http.createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', async () => {
        const { type, data } = new Webhook(secret).verify(body, request.headers as never) as Received;
        const message = { id: String(request.headers['webhook-id']), type, data };
        this.received.push(message);
        const answer = await this.answer(message);
        if (answer === 'never') return;
        const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
        if (status === 200 && !this.taken.some(({ id }) => id === message.id)) this.taken.push(message);
        response.writeHead(status, headers).end();
      });
    });
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.listen(port);
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  /** The revisions of what was taken. */
  get revisions(): unknown[] {
    return this.taken.map(({ data }) => data.revision);
  }

  /** Comes back after {@link stop}, at the same port. */
  async listen(port: number = this.#port): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
