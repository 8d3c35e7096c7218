import { ClientError, Status } from 'nice-grpc-common';
import { RichClientError } from 'nice-grpc-error-details';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly reason: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The outcome of a call that must fail, as a client sees it. */
export async function failure(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ClientError)) throw error;
  const extra = error instanceof RichClientError ? error.extra : [];
  const info = extra.find((detail) => detail.$type === 'google.rpc.ErrorInfo');
  const told = info as { reason: string; metadata: Record<string, string> } | undefined;
  return { code: Status[error.code], message: error.details, reason: told?.reason, metadata: told?.metadata ?? {} };
}

/** The first `count` items of a stream, which is then left. */
export async function first<T>(count: number, stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
}
