import type { ChangeStream } from '@cfg/core';
import type { WatchResponse } from '@cfg/proto';
import { untilAborted } from './deadline.js';
import type { Endable } from './draining.js';
import type { Environment } from './environment.js';
import { isHidden } from './reveals.js';

/** Every change of the store from now on, secrets masked: the guard is not asked. Resolves once no change is missed any more. */
export async function allChanges(environment: Environment, signal: AbortSignal): Promise<AsyncIterable<WatchResponse>> {
  const { store, draining } = environment;
  const ending = new Ending();
  draining.add(ending);
  const either = AbortSignal.any([signal, ending.signal]);
  const stream = store.watch({}, { signal: either });
  try {
    await untilAborted(stream.ready, either);
    return messages(environment, stream, ending);
  } catch (error) {
    draining.delete(ending);
    stream.close();
    throw ending.fault ?? error;
  }
}

async function* messages(
  { encoder, draining }: Environment,
  stream: ChangeStream,
  ending: Ending,
): AsyncGenerator<WatchResponse, void, undefined> {
  try {
    for await (const event of stream) {
      yield encoder.event(event.type === 'progress' || !isHidden(event.entry) ? event : event.asMasked()).message;
    }
  } catch (error) {
    throw ending.fault ?? error;
  } finally {
    draining.delete(ending);
    stream.close();
  }
  if (ending.fault !== undefined) throw ending.fault;
}

/** Why the changes end before their reader leaves them. */
class Ending implements Endable {
  fault: unknown;
  readonly #stop = new AbortController();

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  end(error: unknown): void {
    this.fault = error;
    this.#stop.abort();
  }
}
