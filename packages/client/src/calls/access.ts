import { type CallOptions, ConfigError } from '@cfg/core';
import type { Access } from '../answers.js';
import type { Connection } from '../connection.js';

/** The actions open to the caller in a namespace or, of a server that can tell, with a key or a prefix of keys. */
export async function accessTo(
  connection: Connection,
  namespace: string,
  key: string,
  options: CallOptions,
): Promise<Access> {
  const { features } = connection;
  connection.check();
  await features.learn(options.signal);
  if (key !== '' && !features.announced) {
    throw new ConfigError('unsupported', 'the server does not tell the access to a key');
  }
  const may = await connection.call((client, call) => client.checkAccess({ namespace, key }, call), options);
  const known = { read: may.canRead, write: may.canWrite };
  return features.announced
    ? { ...known, delete: may.canDelete, list: may.canList, watch: may.canWatch, reveal: may.canReveal }
    : known;
}
