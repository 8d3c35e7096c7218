import { type ClientError, Status } from 'nice-grpc-common';
import { ErrorInfo, RichClientError } from 'nice-grpc-error-details';

/** The gRPC status that an error object means. */
export function statusOf(path: string, body: unknown): ClientError {
  const {
    code = Status.UNKNOWN,
    message = '',
    details = [],
  } = (body ?? {}) as {
    code?: Status;
    message?: string;
    details?: ({ '@type': string } & Partial<ErrorInfo>)[];
  };
  const infos = details
    .filter((detail) => detail['@type'] === `type.googleapis.com/${ErrorInfo.$type}`)
    .map(({ reason = '', domain = '', metadata = {} }) => ErrorInfo.fromPartial({ reason, domain, metadata }));
  return new RichClientError(path, code, message, infos);
}
