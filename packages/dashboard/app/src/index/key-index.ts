import { keysUrl } from '../api/calls.ts';
import type { ErrorKind } from '../api/error.ts';
import { callHeaders } from '../api/http.ts';
import { session, signedOut } from '../api/session.ts';
import { createStore, type Store } from '../state/store.ts';
import type { KeyChange, KeyInfo } from './key-info.ts';
import { KeyList } from './key-list.ts';
import type { Reply, Request, View } from './messages.ts';

/** The list of a namespace at a moment. */
export interface Shown {
  readonly state: 'loading' | 'complete' | { readonly failed: ErrorKind; readonly message: string };
  /** In order; changed in place, so `rows` is what tells that something changed. */
  readonly infos: readonly KeyInfo[];
  readonly rows: Int32Array;
  readonly matches: number;
  readonly view: View;
  readonly revision: number;
  readonly logId: string;
}

export interface KeyIndexOptions {
  readonly namespace: string;
  /** 0: as it is now. */
  readonly atRevision: number;
  readonly keepDeleted: boolean;
}

/** All keys of a namespace, without their values: loaded whole, then kept true by {@link apply}. */
export class KeyIndex {
  readonly options: KeyIndexOptions;
  readonly shown: Store<Shown>;
  readonly #worker: Worker;
  #list: KeyList;
  #load = 0;
  /** The count of sign-ins when it was last loaded. */
  #signIns = 0;
  #view: View;

  constructor(options: KeyIndexOptions, view: View) {
    this.options = options;
    this.#view = view;
    this.#list = new KeyList(options.keepDeleted);
    this.shown = createStore<Shown>({
      state: 'loading',
      infos: [],
      rows: new Int32Array(),
      matches: 0,
      view,
      revision: 0,
      logId: '',
    });
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#take(data);
    this.reload();
  }

  /** Reads everything anew. */
  reload(): void {
    this.#load += 1;
    this.#signIns = session.get().count;
    this.#list = new KeyList(this.options.keepDeleted);
    const { namespace, atRevision, keepDeleted } = this.options;
    const url = keysUrl(namespace, { includeDeleted: keepDeleted, atRevision });
    const source = { url, headers: callHeaders(), keepDeleted };
    this.#ask({ type: 'load', load: this.#load, source, view: this.#view });
  }

  show(view: View): void {
    this.#view = view;
    this.#ask({ type: 'view', load: this.#load, view });
  }

  /** Hands on what changed; a change that is older than what is known does nothing. */
  apply(changes: readonly KeyChange[]): void {
    if (changes.length > 0) this.#ask({ type: 'apply', load: this.#load, changes });
  }

  get(key: string): KeyInfo | undefined {
    return this.#list.get(key);
  }

  close(): void {
    this.#worker.terminate();
  }

  #ask(request: Request): void {
    this.#worker.postMessage(request);
  }

  #take(reply: Reply): void {
    if (reply.load !== this.#load) return;
    if (reply.type === 'failed') {
      if (reply.kind === 'signed-out') signedOut(this.#signIns);
      this.shown.update((shown) => ({ ...shown, state: { failed: reply.kind, message: reply.message } }));
      return;
    }
    this.#list.append(reply.appended);
    for (const change of reply.changes) this.#list.apply(change);
    const { rows, matches, view, complete, revision, logId } = reply;
    const state = complete ? 'complete' : 'loading';
    this.shown.set({ state, infos: this.#list.infos, rows, matches, view, revision, logId });
  }
}
