import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from '@cfg/core';
import { addConfigService, allowAll, type ConfigService, createConfigService } from '@cfg/service';
import chromium from '@sparticuz/chromium';
import express from 'express';
import { createServer as createGrpcServer } from 'nice-grpc';
import { type Browser, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, createInProcessGateway, type Gateway } from '../index.js';
import { doors } from '../test/doors.js';

const changes = 300;
const page = `<!doctype html><title>changes</title><script>
  window.seen = []; window.others = [];
  const events = new EventSource('/v1/watch?namespaces=seen');
  events.addEventListener('set', ({ data }) => seen.push(JSON.parse(data).key));
  for (const name of ['reset', 'error']) events.addEventListener(name, ({ data }) => data && others.push(name + data));
  events.addEventListener('open', () => { window.opened = (window.opened ?? 0) + 1; });
</script>`;

/** A gateway on an HTTP server of its own, which gives its port back when it is stopped. */
class Serving {
  readonly #gateway: Gateway;
  readonly #http: Server;

  private constructor(gateway: Gateway, http: Server) {
    this.#gateway = gateway;
    this.#http = http;
  }

  static async start(gateway: Gateway, port: number): Promise<Serving> {
    const app = express()
      .get('/page', (_request, response) => {
        response.type('html').send(page);
      })
      .use(gateway.handler);
    const http = createServer(app);
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    return new Serving(gateway, http);
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    await this.#gateway.close();
    this.#http.closeAllConnections();
    await closed;
  }
}

describe.each(doors)('an EventSource in Chromium, %s', (door) => {
  let browser: Browser;
  let store: MemoryStore;
  let service: ConfigService;
  let stopGrpc: () => void = () => {};
  let open: () => Gateway;

  beforeAll(async () => {
    browser = await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
    store = new MemoryStore();
    await store.connect();
    service = createConfigService(store, { guard: allowAll() });
    open = () => createInProcessGateway(service, { retryMs: 50 });
    if (door === 'in process') return;
    const grpc = createGrpcServer();
    addConfigService(grpc, service);
    const address = `127.0.0.1:${await grpc.listen('127.0.0.1:0')}`;
    stopGrpc = () => grpc.forceShutdown();
    open = () => createGateway(address, { insecure: true, retryMs: 50 });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    stopGrpc();
    await store.close();
  });

  it('goes on over gateways that are restarted, and gets each change once, in order', async () => {
    let serving = await Serving.start(open(), 0);
    const { port } = serving;
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${port}/page`);
    await tab.waitForFunction('window.opened === 1');
    const value = { bytes: Buffer.from('1'), codec: 'json', type: 'int' } as const;
    for (let written = 0; written < changes; written += 1) {
      await store.set('seen', `k${written}`, value);
      if (written % 10 === 0) await sleep(5);
      if (written % 100 !== 60) continue;
      await serving.stop();
      // Writes while nobody serves are not lost either.
      await store.set('seen', `away${written}`, value);
      serving = await Serving.start(open(), port);
      await tab.waitForFunction(`window.opened === ${2 + Math.floor(written / 100)}`);
    }
    const expected = Array.from({ length: changes }, (_, at) =>
      at % 100 === 60 ? [`k${at}`, `away${at}`] : [`k${at}`],
    ).flat();
    await tab.waitForFunction(`window.seen.length >= ${expected.length}`);
    expect(await tab.evaluate('window.seen')).toEqual(expected);
    expect(await tab.evaluate('window.others')).toEqual([]);
    await tab.close();
    await serving.stop();
  }, 60_000);
});
