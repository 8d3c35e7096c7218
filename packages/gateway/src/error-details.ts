import { Any, DebugInfo, type ErrorDetails, ErrorInfo, RetryInfo } from 'nice-grpc-error-details';

/** An error detail as the proto3 JSON mapping writes a `google.protobuf.Any`. */
export interface DetailObject {
  readonly '@type': string;
  readonly [field: string]: unknown;
}

/** The details of a status as JSON objects. What is meant for the server's own developers is left out. */
export function detailObjects(details: readonly ErrorDetails[]): DetailObject[] {
  return details.filter((detail) => detail.$type !== DebugInfo.$type).map(detailObject);
}

function detailObject(detail: ErrorDetails): DetailObject {
  if (detail.$type === Any.$type) {
    const { typeUrl, value } = detail as Any;
    return { '@type': typeUrl, value: Buffer.from(value).toString('base64') };
  }
  const type = `type.googleapis.com/${detail.$type}`;
  if (detail.$type === ErrorInfo.$type) {
    const { reason, domain, metadata } = detail as ErrorInfo;
    return { '@type': type, reason, domain, metadata };
  }
  if (detail.$type === RetryInfo.$type) {
    const { seconds = 0, nanos = 0 } = (detail as RetryInfo).retryDelay ?? {};
    return { '@type': type, retryDelay: `${Number(seconds) + nanos / 1e9}s` };
  }
  // The others are made of strings, and of lists of such: their fields are their JSON.
  const plain = JSON.stringify(detail, (name, value: unknown) => (name === '$type' ? undefined : value));
  return { ...(JSON.parse(plain) as object), '@type': type };
}
