// One server and one browser for the tests of a file.
import chromium from '@sparticuz/chromium';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  chromium as playwright,
} from 'playwright-core';
import { Api } from './api.ts';
import { Program } from './program.ts';

export interface Stage extends AsyncDisposable {
  readonly program: Program;
  readonly api: Api;
  /** Of the page, with a slash at its end. */
  readonly url: string;
  readonly browser: Browser;
  /** The faults of any page so far: console errors, exceptions, requests to other origins. */
  readonly faults: string[];
  /** A page of a new browser profile, at a path below the dashboard. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
}

let browser: Promise<Browser> | undefined;

/** Chromium, started once in a test process. */
export function launch(): Promise<Browser> {
  browser ??= chromium.executablePath().then((executablePath) =>
    playwright.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run'],
    }),
  );
  return browser;
}

/** Starts the program with the flags, and a browser. */
export async function setStage(...flags: string[]): Promise<Stage> {
  const program = await Program.start(...flags);
  const url = `http://127.0.0.1:${program.port}/dashboard/`;
  const own = await launch();
  const faults: string[] = [];
  const contexts: BrowserContext[] = [];
  return {
    program,
    url,
    browser: own,
    faults,
    api: new Api(() => `http://127.0.0.1:${program.port}`),
    async open(path = '', options = {}) {
      const context = await own.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(40_000); // as generous as a busy machine needs: what never comes fails all the same
      watchFaults(page, new URL(url).origin, faults);
      await page.addInitScript(() =>
        document.addEventListener('securitypolicyviolation', ({ sourceFile, lineNumber, columnNumber, blockedURI }) =>
          console.error(`policy: ${blockedURI} by ${sourceFile}:${lineNumber}:${columnNumber}`),
        ),
      );
      await page.goto(new URL(path, url).href);
      return page;
    },
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close();
      await program[Symbol.asyncDispose]();
      await own.close();
      browser = undefined;
    },
  };
}

/** A server that is away or that refuses is what some tests are about. */
const expected = /Failed to load resource|net::ERR_/;

function watchFaults(page: Page, origin: string, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(`exception: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(?:data|blob):/.test(url)) faults.push(`request to another origin: ${url}`);
  });
}
