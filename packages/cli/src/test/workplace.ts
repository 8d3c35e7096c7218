import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { forward, MemoryStore, SecretPolicy } from '@cfg/core';
import { createServer } from '@cfg/grpc-door';
import { addConfigService, allowAll, createConfigService, type Guard } from '@cfg/service';
import { afterEach } from 'vitest';
import { runInProcess } from './in-process.js';
import { Program, type Result } from './program.js';

/** A server, a home, and the program with both. */
export interface Workplace {
  readonly address: string;
  readonly store: MemoryStore;
  readonly home: string;
  /** Writes a file below the home, and returns its path. */
  file(name: string, content: string | Uint8Array): string;
  /** Starts `cfg` in the namespace `production`. */
  start(args: readonly string[], stdin?: string): Program;
  /** Runs the built `cfg` to its end, in a process of its own. */
  cfg(...args: string[]): Promise<Result>;
  /** Runs it by its function in this process, which is much quicker. Not for commands that read stdin or start others. */
  quickly(...args: string[]): Promise<Result>;
  /** As {@link quickly}; fails unless it returns 0. Returns what it printed. */
  prints(...args: string[]): Promise<string>;
  /** As {@link prints}, with `--json`. */
  objects(...args: string[]): Promise<Record<string, unknown>[]>;
}

export interface WorkplaceOptions {
  readonly guard?: Guard | undefined;
  /** Which values are secret, beside those of the codec. */
  readonly secrets?: readonly string[] | undefined;
  /** Done to the store before each batch: what somebody else does meanwhile. */
  readonly betweenReadAndWrite?: ((store: MemoryStore) => Promise<unknown>) | undefined;
  /** The environment; default: the address and the namespace. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** For tests: makes workplaces, which are removed after each test. */
export function workplaces(): (options?: WorkplaceOptions) => Promise<Workplace> {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  return async ({ guard = allowAll(), secrets, env, betweenReadAndWrite } = {}) => {
    const store = new MemoryStore({ secrets: secrets && new SecretPolicy(secrets) });
    await store.connect();
    const served = forward(store, {
      async batch(...args) {
        await betweenReadAndWrite?.(store);
        return store.batch(...args);
      },
    });
    const server = createServer();
    addConfigService(server, createConfigService(served, { guard }));
    const address = `http://127.0.0.1:${await server.listen('127.0.0.1:0')}`;
    const home = mkdtempSync(join(tmpdir(), 'cfg-cli-'));
    ends.push(
      () => rmSync(home, { recursive: true, force: true }),
      () => server.forceShutdown(),
    );
    const variables = { HOME: home, ...(env ?? { CFG_ADDRESS: address, CFG_NAMESPACE: 'production' }) };
    const start: Workplace['start'] = (args, stdin) => {
      const program = new Program(args, variables, stdin);
      ends.push(() => program[Symbol.asyncDispose]());
      return program;
    };
    const cfg: Workplace['cfg'] = (...args) => start(args).result();
    const quickly: Workplace['quickly'] = (...args) => runInProcess(args, variables);
    const prints: Workplace['prints'] = async (...args) => {
      const { code, stdout, stderr } = await quickly(...args);
      if (code !== 0) throw new Error(`cfg ${args.join(' ')}: exit code ${code}: ${stderr}`);
      return stdout;
    };
    return {
      address,
      store,
      home,
      start,
      cfg,
      quickly,
      prints,
      file(name, content) {
        const path = join(home, name);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, content);
        return path;
      },
      async objects(...args) {
        const lines = (await prints('--json', ...args)).split('\n').slice(0, -1);
        return lines.map((line): Record<string, unknown> => JSON.parse(line));
      },
    };
  };
}
