import type { Alias, CallOptions } from '@cfg/core';
import type { Connection } from '../connection.js';
import { toAlias } from './entry.js';

export async function setAlias(
  connection: Connection,
  alias: string,
  target: string,
  options: CallOptions,
): Promise<Alias> {
  const once = { ...options, repeatable: false };
  return toAlias((await connection.call((client, call) => client.setAlias({ alias, target }, call), once)).alias);
}

export async function deleteAlias(connection: Connection, alias: string, options: CallOptions): Promise<void> {
  await connection.call((client, call) => client.deleteAlias({ alias }, call), { ...options, repeatable: false });
}

export async function getAlias(connection: Connection, alias: string, options: CallOptions): Promise<Alias> {
  return toAlias((await connection.call((client, call) => client.getAlias({ alias }, call), options)).alias);
}

/** Sorted by alias. */
export async function listAliases(connection: Connection, options: CallOptions): Promise<readonly Alias[]> {
  const { aliases } = await connection.call((client, call) => client.listAliases({}, call), options);
  return aliases.map(toAlias).sort((a, b) => (a.alias < b.alias ? -1 : 1));
}
