import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anyPorts, Program, runProgram } from '../test/program.js';
import { TempDir } from '../test/temp-dir.js';

/** Has a program tell, when it ends, which packages of others and of ours it has loaded. */
const telling = `
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
const loaded = new Set();
registerHooks({
  load(url, context, next) {
    loaded.add(/.*node_modules\\/((?:@[^/]+\\/)?[^/]+)|packages\\/([^/]+)\\/dist/.exec(url)?.slice(1).find(Boolean));
    return next(url, context);
  },
});
process.on('exit', () => appendFileSync(process.env.TOLD, JSON.stringify([...loaded].filter(Boolean))));
`;

const tellingTo = (file: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(telling)}`,
  TOLD: file,
});

describe('cfg-server loads', () => {
  it('nothing of the server to say how it is called', async () => {
    using dir = new TempDir();
    const file = dir.file('loaded.json');
    expect(await runProgram(['--help'], tellingTo(file))).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(['server', 'fastest-levenshtein']);
  });

  it('nothing for what is not chosen', async () => {
    using dir = new TempDir();
    const file = dir.file('loaded.json');
    await using program = await Program.serving(anyPorts, tellingTo(file));
    program.signal('SIGTERM');
    expect(await program.exited).toMatchObject({ code: 0 });
    const loaded: string[] = JSON.parse(readFileSync(file, 'utf8'));
    expect(loaded).toEqual(expect.arrayContaining(['core', 'service', 'grpc-door', 'express']));
    const others = ['sqlite', 'postgres', 'pg', 'peersync', 'ioredis', 'webhooks', 'authorizer-opa', 'undici'];
    const rare = [...others, 'rate-limiter-flexible', 'selfsigned', 'pino-pretty', '@opentelemetry/sdk-trace-base'];
    expect(loaded.filter((name) => rare.includes(name))).toEqual([]);
  });
});
