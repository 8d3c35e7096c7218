import type { ConfigServiceDefinition, Entry } from '@cfg/proto';
import type { Client } from 'nice-grpc';
import { ClientError, Metadata, Status } from 'nice-grpc-common';
import type { Endpoint } from './exchange.js';
import { badRequest, HttpError } from './http-error.js';
import type { ServiceCallOptions } from './service-call.js';

/** `GET …/keys/{key}/diff?v1=1&v2=2`: two versions of a key, side by side. Version 0 is the current one. */
export function diffEndpoint(client: Client<ConfigServiceDefinition>): Endpoint {
  return async (exchange) => {
    const { namespace = '', key = '' } = Object.fromEntries(exchange.variables());
    const query = exchange.query();
    const [v1, v2] = [versionOf(query, 'v1'), versionOf(query, 'v2')];
    const options = exchange.callOptions();
    const [first, second] = await Promise.allSettled([
      readVersion(client, namespace, key, v1, options),
      readVersion(client, namespace, key, v2, options),
    ]);
    if (first.status === 'rejected') throw first.reason;
    if (second.status === 'rejected') throw second.reason;
    await exchange.reply.send(200, JSON.stringify(difference(namespace, key, v1, first.value, v2, second.value)));
  };
}

function versionOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  const version = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(version)) {
    throw badRequest(`invalid parameters: ${name} must be a version, 0 or more`);
  }
  return version;
}

async function readVersion(
  client: Client<ConfigServiceDefinition>,
  namespace: string,
  key: string,
  version: number,
  options: ServiceCallOptions,
): Promise<Entry> {
  const entry =
    version === 0
      ? await readCurrent(client, namespace, key, options)
      : (await client.getVersions({ namespace, key, version }, options)).entries[0];
  if (!entry) throw new HttpError(Status.NOT_FOUND, `version not found: ${namespace}/${key} version ${version}`);
  return entry;
}

/** The current version; of a secret that the caller may not reveal, masked. */
async function readCurrent(
  client: Client<ConfigServiceDefinition>,
  namespace: string,
  key: string,
  options: ServiceCallOptions,
): Promise<Entry | undefined> {
  try {
    return (await client.get({ namespace, key }, options)).entry;
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== Status.PERMISSION_DENIED) throw error;
    const metadata = Metadata(options.metadata).set('x-cfg-secrets', 'masked');
    const { entry } = await client.get({ namespace, key }, { ...options, metadata });
    if (entry?.masked) return entry;
    throw error;
  }
}

function difference(namespace: string, key: string, v1: number, first: Entry, v2: number, second: Entry): object {
  const [before, after] = [Buffer.from(first.value), Buffer.from(second.value)];
  if (first.masked || second.masked) {
    // Not even whether the values are the same.
    const changed = first.version !== second.version || first.codec !== second.codec;
    const codecs = { v1_codec: first.codec || undefined, v2_codec: second.codec || undefined };
    return { namespace, key, v1, v2, ...codecs, masked: true, changed };
  }
  return {
    namespace,
    key,
    v1,
    v2,
    v1_value: before.toString('base64') || undefined,
    v1_codec: first.codec || undefined,
    v2_value: after.toString('base64') || undefined,
    v2_codec: second.codec || undefined,
    changed: !before.equals(after) || first.codec !== second.codec,
  };
}
