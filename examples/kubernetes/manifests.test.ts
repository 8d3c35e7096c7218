import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashToken } from '@cfg/service';
import { Deployment } from 'kubernetes-models/apps/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Secret, Service } from 'kubernetes-models/v1';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { PostgresServer } from '../../packages/server/src/test/postgres.ts';

/** The part of the manifests that the tests read; their schemas are checked apart. */
interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly selector?: { readonly matchLabels?: object };
    readonly podSelector?: { readonly matchLabels?: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly containers: [Container] };
    };
  };
  readonly stringData: Readonly<Record<'store' | 'rbac.yaml', string>>;
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string };
}

const models: Readonly<Record<string, new (manifest: never) => { validate(): void }>> = {
  Deployment,
  NetworkPolicy,
  PodDisruptionBudget,
  Secret,
  Service,
};

const manifests = ['cfg.yaml', 'secret.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(import.meta.dirname, file), 'utf8')).map((document): Manifest => document.toJS()),
);
const byKind = (kind: string): Manifest => manifests.find((manifest) => manifest.kind === kind) ?? expect.fail(kind);
const { template } = byKind('Deployment').spec;
const { stringData } = byKind('Secret');
const [container] = template.spec.containers;

describe('the manifests', () => {
  it.each(manifests.map((manifest) => [manifest.kind, manifest] as const))(
    '%s is as the schema says',
    (kind, manifest) => {
      const check = (each: object): void => {
        const Model = models[kind] ?? expect.fail(`no schema of ${kind}`);
        new Model(each as never).validate();
      };
      check(manifest);
      expect(() => check({ ...manifest, metadata: { name: 5 } })).toThrow(/name/);
    },
  );

  it('all select the pods of the deployment', () => {
    for (const { kind, spec } of manifests.filter((manifest) => manifest.kind !== 'Secret')) {
      const chosen = spec.podSelector ?? spec.selector;
      expect(template.metadata.labels, kind).toMatchObject(chosen?.matchLabels ?? chosen ?? { missing: true });
    }
  });

  it('name ports and parts of the secret that there are', () => {
    const ports = container.ports.map(({ name }) => name);
    const text = JSON.stringify(manifests);
    const named = [...text.matchAll(/"(?:targetPort|port)":"(\w+)"/g)].map(([, port]) => port);
    expect(ports).toEqual(expect.arrayContaining(named));
    const parts = [...text.matchAll(/"key":"([^"]+)"/g)].map(([, part]) => part);
    expect(Object.keys(stringData)).toEqual(expect.arrayContaining(parts));
    expect([named.length, parts.length]).toEqual([8, 2]);
  });
});

describe('two replicas on one PostgreSQL', () => {
  const { token, hash } = hashToken();
  const headers = { authorization: `Bearer ${token}` };
  const directory = mkdtempSync(join(tmpdir(), 'cfg-kubernetes-'));
  const path = '/v1/namespaces/production/keys/app/timeout';
  let postgres: PostgresServer;
  let first: Replica;
  let second: Replica;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    writeFileSync(join(directory, 'rbac.yaml'), stringData['rbac.yaml'].replace('REPLACE-BY-A-HASH', hash));
    [first, second] = await Promise.all([replica(postgres.url, directory), replica(postgres.url, directory)]);
  }, 120_000);

  afterAll(async () => {
    await first?.end();
    await second?.end();
    await postgres?.[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  it('answer the probes', async () => {
    for (const { url } of [first, second]) {
      for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
        expect((await fetch(url + httpGet.path)).status).toBe(200);
      }
    }
  });

  it('are one store, for whoever the policy lets in', async () => {
    const put = (more: Record<string, string>): Promise<Response> =>
      fetch(first.url + path, { method: 'PUT', body: '30', headers: { 'content-type': 'application/json', ...more } });
    expect((await put({})).status).toBe(401);
    expect((await put(headers)).status).toBe(200);
    expect(await (await fetch(`${second.url}${path}?raw`, { headers })).text()).toBe('30');
  });

  it('one goes on when the other ends', async () => {
    expect(await first.end()).toBe(0);
    expect(await (await fetch(`${second.url}${path}?raw`, { headers })).text()).toBe('30');
  });
});

interface Replica {
  readonly url: string;
  /** Ends it by SIGTERM; returns its exit code. */
  end(): Promise<number>;
}

/** The container's program with the container's settings, but for what a machine cannot have: its ports and its mounts. */
async function replica(store: string, mounted: string): Promise<Replica> {
  const given = new Map(container.env.map(({ name, value = '' }) => [name, value]));
  const anyPort = '127.0.0.1:0';
  const env = {
    ...process.env,
    ...Object.fromEntries(given),
    CFG_STORE: store,
    CFG_GUARD: given.get('CFG_GUARD')?.replace('/etc/cfg', mounted),
    CFG_GRPC: anyPort,
    CFG_HTTP: anyPort,
    CFG_METRICS: anyPort,
  };
  const manifest = fileURLToPath(import.meta.resolve('@cfg/server/package.json'));
  const program = join(dirname(manifest), 'dist/main.js');
  const server = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(server, 'close');
  let log = '';
  for await (const chunk of server.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    log += chunk;
    const [, address] = /"address":"([^"]+)"[^\n]+"HTTP door open"/.exec(log) ?? [];
    if (address === undefined) continue;
    server.stdout.resume();
    return {
      url: `http://${address}`,
      end: async () => {
        server.kill('SIGTERM');
        const [code] = await closed;
        return code;
      },
    };
  }
  throw new Error(`the server ended before its door was open\n${log}`);
}
