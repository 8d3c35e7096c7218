import type { InProcessClients } from '@cfg/service';
import { ServerError, Status } from 'nice-grpc-common';
import { HttpError } from './http-error.js';
import type { ServiceCallOptions } from './service-call.js';

/** Lets a call in before its request is read: see `InProcessClients.admit`. */
export type Admit = InProcessClients['admit'];

/** A request that is answered by calls of the service. */
export interface Admitting {
  /** Absent where the server is elsewhere. */
  readonly admit: Admit | undefined;
  callOptions(): ServiceCallOptions;
}

/**
 * Has a caller who will be refused refused before the body is waited for: `answer` runs when the call of `path` is let in,
 * where that can be known. It asks for the options of each call that it makes; the first is the call that was let in.
 */
export async function admitted<T>(
  request: Admitting,
  path: string,
  answer: (options: () => ServiceCallOptions) => Promise<T>,
): Promise<T> {
  const options = request.callOptions();
  if (request.admit === undefined) return answer(() => options);
  const admission = new Admission(options, await request.admit(path, options));
  try {
    const result = await answer(() => admission.options);
    admission.end();
    return result;
  } catch (error) {
    admission.end(error);
    throw error;
  }
}

/** A call of the service that its stages have let in. It is made once, or abandoned. */
class Admission {
  readonly #options: ServiceCallOptions;
  readonly #let: Awaited<ReturnType<Admit>>;
  #used = false;

  constructor(options: ServiceCallOptions, admitted: Awaited<ReturnType<Admit>>) {
    this.#options = options;
    this.#let = admitted;
  }

  /** The options to make the call with; a second call is let in on its own. */
  get options(): ServiceCallOptions {
    if (this.#used) return this.#options;
    this.#used = true;
    return { ...this.#options, admitted: this.#let.admitted };
  }

  /** To be called at the end, with the error if there is one: a call that was not made is over. */
  end(error?: unknown): void {
    if (this.#used) return;
    this.#used = true;
    const told = error instanceof HttpError ? new ServerError(error.code, error.message) : ended();
    this.#let.abandon(error instanceof ServerError ? error : told);
  }
}

const ended = (): ServerError => new ServerError(Status.CANCELLED, 'the call was not made');
