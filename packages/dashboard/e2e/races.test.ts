// Two browsers on one key, their steps in any order: no save is ever lost unseen.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Stage, setStage } from './harness/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(async () => {
  expect(stage.faults).toEqual([]);
  await stage[Symbol.asyncDispose]();
});

/** A row of numbers that is the same in every run: Lehmer's generator. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** One person's steps, each made when their turn comes. */
class Editor {
  readonly #page: Page;
  readonly #key: string;
  readonly #member: string;
  readonly #steps: (() => Promise<void>)[] = [() => this.#open(), () => this.#write(), () => this.#save()];

  constructor(page: Page, key: string, member: string) {
    this.#page = page;
    this.#key = key;
    this.#member = member;
  }

  get isDone(): boolean {
    return this.#steps.length === 0;
  }

  async step(): Promise<void> {
    await this.#steps.shift()?.();
  }

  async #open(): Promise<void> {
    await this.#page.evaluate(
      (path) => {
        history.pushState(null, '', path);
        dispatchEvent(new PopStateEvent('popstate'));
      },
      `${new URL(stage.url).pathname}ns/race/keys/${this.#key}?edit=1`,
    );
    await this.#page.getByRole('textbox', { name: `Editor of ${this.#key}` }).waitFor();
  }

  /** Adds one to a member of their own: the other must not take it away. */
  async #write(): Promise<void> {
    const editor = this.#page.getByRole('textbox', { name: `Editor of ${this.#key}` });
    const data = await this.#shown(editor);
    data[this.#member] = Number(data[this.#member]) + 1;
    await editor.fill(JSON.stringify(data, null, 2));
  }

  /** The text of the editor, once it is whole: on a busy machine it may be drawn in two frames. */
  #shown(editor: Locator): Promise<Record<string, number>> {
    return vi.waitFor(async () => JSON.parse((await editor.locator('.cm-line').allTextContents()).join('\n')), {
      timeout: 20_000,
    });
  }

  async #save(): Promise<void> {
    const dialog = this.#page.getByRole('dialog');
    await this.#page.keyboard.press('Control+s');
    const [save, merged] = [
      dialog.getByRole('button', { name: 'Save', exact: true }),
      dialog.getByRole('button', { name: 'Use this and review' }),
    ];
    const saved = this.#page.getByText(`${this.#key} saved as version`).first();
    for (;;) {
      await save.or(merged).or(saved).first().waitFor();
      if (await saved.isVisible()) return;
      const button = (await merged.isVisible()) ? merged : save;
      await button.click();
      await Promise.race([button.waitFor({ state: 'hidden' }), saved.waitFor()]);
    }
  }
}

const rounds = Number(process.env.DASHBOARD_RACES ?? 8);

test(`${rounds} interleavings of two who edit one key`, { timeout: 20 * 60_000 }, async () => {
  await stage.api.set('race', 'start', 1);
  const pages = [await stage.open('ns/race/keys/start'), await stage.open('ns/race/keys/start')] as const;
  const random = randomFrom(42);
  for (let round = 0; round < rounds; round += 1) {
    const key = `key-${round}`;
    await stage.api.set('race', key, { ann: 0, bob: 0 });
    const people = [new Editor(pages[0], key, 'ann'), new Editor(pages[1], key, 'bob')];
    for (let going = people; going.length > 0; going = people.filter(({ isDone }) => !isDone)) {
      // Now and then both at once.
      if (random(4) === 0) await Promise.all(going.map((person) => person.step()));
      else await going[random(going.length)]?.step();
    }
    expect([key, JSON.parse((await stage.api.get('race', key))?.text ?? '')]).toEqual([key, { ann: 1, bob: 1 }]);
  }
});
