import type { InProcessClients } from '@cfg/service';
import { ServerError, Status } from 'nice-grpc-common';
import { HttpError } from './http-error.js';
import type { ServiceCallOptions } from './service-call.js';

/** Lets a call in before its request is read: see `InProcessClients.admit`. */
export type Admit = InProcessClients['admit'];

/** A call of the service that its stages have let in. It is made once, or abandoned. */
export class Admission {
  readonly #options: ServiceCallOptions;
  readonly #let: Awaited<ReturnType<Admit>>;
  #used = false;

  private constructor(options: ServiceCallOptions, admitted: Awaited<ReturnType<Admit>>) {
    this.#options = options;
    this.#let = admitted;
  }

  /** Rejects as the call would, for a caller who is not let in. */
  static async of(admit: Admit, path: string, options: ServiceCallOptions): Promise<Admission> {
    return new Admission(options, await admit(path, options));
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
