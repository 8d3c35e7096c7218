import { afterEach, describe, expect, it } from 'vitest';
import { type CapabilityOf, can } from '../contract/capabilities.js';
import type { Capability } from '../contract/capability.js';
import type { Change, WatchEvent } from '../contract/change.js';
import type { EncodedValue } from '../contract/entry.js';
import { type ErrorCode, isConfigError } from '../contract/errors.js';
import type { ChangeStream, Store } from '../contract/store.js';
import { typeOfData } from '../value/value-type.js';

/** A store under test, connected and empty, and how to be rid of it. */
export interface Opened {
  readonly store: Store;
  /** Closes the store and whatever was made for it. */
  close(): Promise<void>;
}

export type Open = () => Promise<Opened>;

/** The parts of the suite, by name. */
export type SectionName =
  | 'entries'
  | 'default namespace'
  | 'write modes'
  | 'compare-and-set'
  | 'request ids'
  | 'expiry'
  | 'types'
  | 'values'
  | 'find'
  | 'page bytes'
  | 'versions'
  | 'tombstones'
  | 'aliases'
  | 'namespaces'
  | 'batch'
  | 'restore'
  | 'past'
  | 'author'
  | 'comments'
  | 'audit'
  | 'search'
  | 'capabilities'
  | 'snapshot'
  | 'watch'
  | 'resume'
  | 'slow watcher'
  | 'cancellation'
  | 'bad names'
  | 'lifecycle';

export type Test = (title: string, run: (store: Store) => Promise<void>) => void;
export type Section = (test: Test) => void;

/** Makes a section's tests, each with a store of its own. */
export function runSection(name: SectionName, section: Section, open: Open, without: string | undefined): void {
  if (without !== undefined) {
    it.skip(`${name}: ${without}`, () => {});
    return;
  }
  describe(name, () => {
    let opened: Opened | undefined;
    afterEach(async () => {
      await opened?.close();
      opened = undefined;
    });
    section((title, run) => {
      it(title, async () => {
        opened = await open();
        await run(opened.store);
      });
    });
  });
}

/** The store, with the methods of the capability. Fails the test if the store does not have it. */
export function having<C extends Capability>(store: Store, capability: C): Store & CapabilityOf<C> {
  return can(store, capability) ? store : expect.fail(`the store does not have the capability ${capability}`);
}

const text = new TextEncoder();

/** Data as a JSON value. */
export const json = (data: unknown): EncodedValue => ({
  bytes: text.encode(JSON.stringify(data)),
  codec: 'json',
  type: typeOfData(data),
});

export const raw = (...bytes: number[]): EncodedValue => ({
  bytes: new Uint8Array(bytes),
  codec: 'raw',
  type: 'custom',
});

export const dataOf = (value: EncodedValue): unknown => JSON.parse(new TextDecoder().decode(value.bytes));

/** Expects the promise to fail with one of the codes. Returns the error. */
export async function expectCode(promise: Promise<unknown>, ...codes: ErrorCode[]): Promise<Error> {
  const error = await promise.then(
    () => expect.fail(`succeeded instead of failing with ${codes.join(' or ')}`),
    (thrown: unknown) => thrown,
  );
  if (!isConfigError(error, ...codes)) {
    expect.fail(`failed with ${isConfigError(error) ? error.code : ''} ${error} instead of ${codes.join(' or ')}`);
  }
  return error as Error;
}

/** The next `count` changes of the stream; progress is passed over. */
export async function take(stream: ChangeStream, count: number): Promise<Change[]> {
  const changes: Change[] = [];
  while (changes.length < count) {
    const result = await stream.next();
    if (result.done) expect.fail(`the watch ended after ${changes.length} changes instead of ${count}`);
    const event: WatchEvent = result.value;
    if (event.type !== 'progress') changes.push(event);
  }
  return changes;
}

/** A change in a word: `set ns/key 3`, `delete ns/key`. */
export const wordOf = (change: Change): string => {
  const name = change.type.startsWith('alias') ? change.entry.key : `${change.entry.namespace}/${change.entry.key}`;
  return change.type === 'set' ? `set ${name} ${change.entry.version}` : `${change.type} ${name}`;
};

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again until the condition holds; the test's own timeout is the limit. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
