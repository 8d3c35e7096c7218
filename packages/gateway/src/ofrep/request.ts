import type { FlagContext } from '@cfg/core/flags';
import { Status } from 'nice-grpc-common';
import { HttpError } from '../http-error.js';
import type { FlagFailure } from './evaluated-flag.js';

/** A request for a flag that cannot be answered, in OpenFeature's terms. */
export class FlagError extends HttpError {
  readonly errorCode: FlagFailure['errorCode'];

  constructor(errorCode: FlagFailure['errorCode'], message: string) {
    super(errorCode === 'FLAG_NOT_FOUND' ? Status.NOT_FOUND : Status.INVALID_ARGUMENT, message);
    this.errorCode = errorCode;
  }
}

/** The context in the body of a request. Throws a {@link FlagError}. */
export function contextOf(body: string): FlagContext {
  if (body.trim() === '') return {};
  let data: unknown;
  try {
    data = JSON.parse(body);
  } catch {
    throw new FlagError('INVALID_CONTEXT', 'the body is not JSON');
  }
  if (!isObject(data)) throw new FlagError('INVALID_CONTEXT', 'the body must be an object with a context');
  const { context = {} } = data;
  if (!isObject(context)) throw new FlagError('INVALID_CONTEXT', 'context must be an object');
  const { targetingKey } = context;
  if (targetingKey !== undefined && typeof targetingKey !== 'string') {
    throw new FlagError('INVALID_CONTEXT', 'context.targetingKey must be a string');
  }
  return context as FlagContext;
}

const isObject = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);
