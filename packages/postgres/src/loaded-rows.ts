import type { Change, Entry } from '@cfg/core';
import { isLive, type Operation, type Sealer } from '@cfg/core/store';
import { type ChangeRow, changeOf, entryOf } from './rows.js';
import type { Session } from './session.js';
import { maxDue, type Statements } from './statements.js';
import { toText } from './text.js';

type Name = readonly [namespace: string, name: string];

const idOf = ([namespace, name]: Name): string => `${namespace}\n${name}`;

/** The keys that a batch of operations names, read in one round trip, and kept up to date as the batch is decided. */
export class LoadedRows {
  readonly #states = new Map<string, Entry | undefined>();
  readonly #requests = new Map<string, Change[]>();
  #due: Entry[] = [];
  readonly #sealer: Sealer;

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  /** The key's last state; `'unknown'` where it was not loaded. */
  last(namespace: string, key: string): Entry | undefined | 'unknown' {
    const id = idOf([namespace, key]);
    return this.#states.has(id) ? this.#states.get(id) : 'unknown';
  }

  byRequest(namespace: string, requestId: string): readonly Change[] {
    return this.#requests.get(idOf([namespace, requestId])) ?? [];
  }

  due(nowMs: number, limit: number): readonly Entry[] {
    return this.#due.filter((entry) => !isLive(entry, nowMs)).slice(0, limit);
  }

  /** Takes note of a change that the batch makes. */
  put(change: Change): void {
    const { entry, requestId } = change;
    this.#states.set(idOf([entry.namespace, entry.key]), entry);
    if (requestId === '') return;
    const id = idOf([entry.namespace, requestId]);
    this.#requests.set(id, [...(this.#requests.get(id) ?? []), change]);
  }

  async load(session: Session, { load }: Statements, operations: readonly Operation[], nowMs: number): Promise<void> {
    const keys = distinct(operations.flatMap(keysOf));
    const requests = distinct(operations.flatMap(requestsOf));
    // A restore compares values; other writes do not look at them.
    const withBytes = operations.some(({ type }) => type === 'restore');
    const rows = await session.query<ChangeRow & { what: 'last' | 'request' | 'due' }>(load, [
      keys.map(([namespace]) => namespace),
      keys.map(([, key]) => key),
      requests.map(([namespace]) => namespace),
      requests.map(([, requestId]) => toText(requestId)),
      nowMs,
      withBytes,
    ]);
    for (const name of keys) this.#states.set(idOf(name), undefined);
    for (const row of rows) {
      if (row.what === 'last') this.#states.set(idOf([row.namespace ?? '', row.key]), entryOf(row, this.#sealer));
      else if (row.what === 'due') this.#due.push(entryOf(row, this.#sealer));
    }
    const changes = rows.filter(({ what }) => what === 'request').map((row) => changeOf(row, this.#sealer));
    for (const change of changes.sort((a, b) => a.revision - b.revision)) {
      const id = idOf([change.entry.namespace, change.requestId]);
      this.#requests.set(id, [...(this.#requests.get(id) ?? []), change]);
    }
    this.#due.sort((a, b) => (a.expiresAtMs ?? 0) - (b.expiresAtMs ?? 0)).splice(maxDue);
  }
}

function keysOf(operation: Operation): Name[] {
  if (operation.type === 'set' || operation.type === 'delete') return [[operation.namespace, operation.key]];
  if (operation.type === 'batch') return operation.operations.map(({ key }) => [operation.namespace, key]);
  if (operation.type === 'transfer') return operation.records.map(({ entry }) => [operation.namespace, entry.key]);
  return [];
}

function requestsOf(operation: Operation): Name[] {
  if (!('namespace' in operation && 'options' in operation)) return [];
  const { requestId } = operation.options;
  return requestId ? [[operation.namespace, requestId]] : [];
}

const distinct = (names: readonly Name[]): readonly Name[] => [
  ...new Map(names.map((name) => [idOf(name), name])).values(),
];
