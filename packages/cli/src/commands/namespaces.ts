import type { Session } from '../program/session.js';

export async function namespaces(session: Session, prefix: string): Promise<undefined> {
  const { output, signal } = session;
  const store = await session.connect();
  const page = await store.namespaces({ prefix }, { signal });
  for (const namespace of page.namespaces) await output.record({ namespace }, () => namespace);
}
