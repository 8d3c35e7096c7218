import { Table } from '../output/table.js';
import type { Session } from '../program/session.js';

/** The actions that the caller may take; those that the server cannot judge are left out. */
export async function access(session: Session, key: string): Promise<undefined> {
  const { output, namespace, signal } = session;
  const may = await (await session.connect()).access(namespace, key, { signal });
  if (output.json) return output.record({ namespace, key, ...may }, () => '') as Promise<undefined>;
  await new Table(output, ['ACTION', 'ALLOWED']).add(
    Object.entries(may).map(([action, allowed]) => [action, allowed ? 'yes' : 'no']),
  );
}
