import { type ClientError, type ServerError, Status } from 'nice-grpc-common';
import { type ErrorDetails, RichClientError, RichServerError } from 'nice-grpc-error-details';

/** The error of a failed call, as its caller gets it. */
export interface CallStatus {
  readonly code: Status;
  readonly details: string;
  readonly extra: readonly ErrorDetails[];
}

/*
 * nice-grpc's errors, made of built-in ones: the library's constructors capture a stack trace and change prototypes,
 * which costs more than all the rest of a refused call. To `instanceof` they are the library's.
 */

class StatusError extends Error {
  readonly code: Status;
  readonly details: string;
  readonly extra: readonly ErrorDetails[];

  constructor(message: string, { code, details, extra }: CallStatus) {
    super(message);
    this.code = code;
    this.details = details;
    this.extra = extra;
  }
}

class ServerStatusError extends StatusError {}
class ClientStatusError extends StatusError {
  readonly path: string;

  constructor(path: string, message: string, status: CallStatus) {
    super(message, status);
    this.path = path;
  }
}

passAs(ServerStatusError, RichServerError, 'ServerError');
passAs(ClientStatusError, RichClientError, 'ClientError');

/** The error that a method throws: a `RichServerError`. */
export function serverError(status: CallStatus): ServerError {
  const message = `${Status[status.code]}: ${status.details}`;
  return withoutTrace(() => new ServerStatusError(message, status) as unknown as ServerError);
}

/** The error that a client throws: a `RichClientError`. */
export function clientError(path: string, status: CallStatus): ClientError {
  const message = `${path} ${Status[status.code]}: ${status.details}`;
  return withoutTrace(() => new ClientStatusError(path, message, status) as unknown as ClientError);
}

/** The status of an error that has one. */
export function callStatus(error: ServerError): CallStatus {
  const { code, details } = error;
  return { code, details, extra: error instanceof RichServerError ? error.extra : [] };
}

function withoutTrace<T>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = make();
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** Lets objects of the class `own` pass for those of `theirs`, as the library tells them: by prototype and by mark. */
function passAs(
  own: typeof StatusError | typeof ClientStatusError,
  theirs: { readonly prototype: object; readonly name: string },
  mark: string,
): void {
  Object.setPrototypeOf(own.prototype, theirs.prototype);
  const marks = ['@@nice-grpc', `@@nice-grpc:${mark}`];
  for (const name of marks) Object.defineProperty(own.prototype, name, { value: true });
  Object.defineProperty(own.prototype, 'name', { value: theirs.name });
}
