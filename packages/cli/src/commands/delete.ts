import type { Session } from '../program/session.js';

export interface DeleteOptions {
  readonly ifVersion?: number | undefined;
  readonly comment?: string | undefined;
}

export async function deleteKey(
  session: Session,
  key: string,
  { ifVersion, comment }: DeleteOptions,
): Promise<undefined> {
  const { output, namespace, signal } = session;
  const store = await session.connect();
  await store.delete(namespace, key, { ifVersion, comment, signal });
  await output.record({ namespace, key, deleted: true }, () => `${namespace}/${key} is deleted`);
}
