import type { Alias } from '@cfg/core';
import { iso } from '../output/entry-text.js';
import { Table } from '../output/table.js';
import type { Session } from '../program/session.js';

export async function listAliases(session: Session): Promise<undefined> {
  const { output, signal } = session;
  const aliases = await (await session.connect()).listAliases({ signal });
  if (!output.json) {
    await new Table(output, ['ALIAS', 'KEY']).add(aliases.map(({ alias, target }) => [alias, target]));
    return;
  }
  for (const alias of aliases) await output.record(aliasJson(alias), () => '');
}

export async function getAlias(session: Session, name: string): Promise<undefined> {
  const alias = await (await session.connect()).getAlias(name, { signal: session.signal });
  await session.output.record(aliasJson(alias), () => alias.target);
}

export async function setAlias(session: Session, name: string, key: string): Promise<undefined> {
  const alias = await (await session.connect()).setAlias(name, key, { signal: session.signal });
  await session.output.record(aliasJson(alias), () => `${alias.alias} stands for ${alias.target}`);
}

export async function deleteAlias(session: Session, name: string): Promise<undefined> {
  await (await session.connect()).deleteAlias(name, { signal: session.signal });
  await session.output.record({ alias: name, deleted: true }, () => `${name} is deleted`);
}

const aliasJson = ({ alias, target, createdAtMs }: Alias): object => ({
  alias,
  key: target,
  createdAt: iso(createdAtMs),
});
