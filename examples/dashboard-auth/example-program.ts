// For the tests: an example as a program of its own, and a browser without its pages.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class ExampleProgram implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(file: string, env: Readonly<Record<string, string>>): Promise<ExampleProgram> {
    const child = spawn(process.execPath, [file], {
      cwd: import.meta.dirname,
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      return new ExampleProgram(child, JSON.parse(line).port);
    }
    throw new Error(`${file} ended`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
  }
}

/** Keeps the cookies of one host, whatever their paths. */
export class Browser {
  readonly cookies = new Map<string, string>();

  /** One request, whose redirect is not followed. */
  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', ...(cookie && { cookie }), ...init.headers };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** As {@link ask}, and on to where it is led. Returns where that is, too. */
  async follow(url: string, init: RequestInit = {}): Promise<{ readonly url: string; readonly response: Response }> {
    const response = await this.ask(url, init);
    const location = response.headers.get('location');
    return location === null ? { url, response } : this.follow(new URL(location, url).href);
  }

  /** Sends a form. */
  send(url: string, fields: Readonly<Record<string, string>>): Promise<{ url: string; response: Response }> {
    return this.follow(url, { method: 'POST', body: new URLSearchParams(fields) });
  }

  async write(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    const init = { method: 'PUT', headers: { 'content-type': 'application/json', ...headers }, body: '1' };
    return (await this.ask(`${url}/v1/namespaces/demo/keys/a`, init)).status;
  }
}
