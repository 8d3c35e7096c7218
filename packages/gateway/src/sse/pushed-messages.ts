import type { WatchResponse } from '@cfg/proto';
import type { Turns } from './turns.js';
import type { Messages } from './upstream.js';

/** Where messages go. */
export interface MessageSink {
  /** Sends one. A promise if no more can be taken until it resolves. */
  send(message: WatchResponse): Promise<void> | undefined;
  /** Gathers the frames up to {@link uncork}, which go out at once. */
  cork(): void;
  uncork(): void;
  /** Whether no more is wanted. */
  readonly isOver: boolean;
}

/**
 * Sends the messages on as they come, without a promise for each where they can be had without waiting. Ends with the
 * messages, or when the sink is over.
 */
export async function pushMessages(messages: Messages, sink: MessageSink, turns: Turns): Promise<void> {
  while (!sink.isOver) {
    await atHand(messages, sink, turns);
    if (sink.isOver) return;
    const result = await messages.next();
    if (result.done) return;
    await sink.send(result.value);
  }
}

/** Sends what is at hand and what comes to be, until only `next()` can tell what comes. */
function atHand(messages: Messages, sink: MessageSink, turns: Turns): Promise<void> {
  return new Promise((resolve, reject) => {
    const ready = (): void => turns.add(drain);
    const drain = (): void => {
      try {
        const full = drainInto(messages, sink);
        if (full !== undefined) full.then(drain, reject);
        else if (sink.isOver || !messages.whenReady(ready)) resolve();
      } catch (error) {
        reject(error);
      }
    };
    drain();
  });
}

/** Sends what is at hand. A promise if the sink takes no more until it resolves. */
function drainInto(messages: Messages, sink: MessageSink): Promise<void> | undefined {
  let message = messages.take();
  let full: Promise<void> | undefined;
  let corked = false;
  while (message !== undefined) {
    const following: WatchResponse | undefined = messages.take();
    // One alone, as most are, goes out faster without.
    if (following !== undefined && !corked) {
      sink.cork();
      corked = true;
    }
    full = sink.send(message);
    if (full !== undefined) {
      // It has been taken, so it is sent too.
      if (following !== undefined) full = sink.send(following) ?? full;
      break;
    }
    message = following;
  }
  if (corked) sink.uncork();
  return full;
}
