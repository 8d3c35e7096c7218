import { Status } from 'nice-grpc-common';

const statuses = new Map<Status, number>([
  [Status.OK, 200],
  [Status.CANCELLED, 499],
  [Status.INVALID_ARGUMENT, 400],
  [Status.FAILED_PRECONDITION, 400],
  [Status.OUT_OF_RANGE, 400],
  [Status.UNAUTHENTICATED, 401],
  [Status.PERMISSION_DENIED, 403],
  [Status.NOT_FOUND, 404],
  [Status.ALREADY_EXISTS, 409],
  [Status.ABORTED, 409],
  [Status.RESOURCE_EXHAUSTED, 429],
  [Status.UNIMPLEMENTED, 501],
  [Status.UNAVAILABLE, 503],
  [Status.DEADLINE_EXCEEDED, 504],
]);

/** The HTTP status of a gRPC code, as grpc-gateway has it. */
export const httpStatusOf = (code: Status): number => statuses.get(code) ?? 500;
