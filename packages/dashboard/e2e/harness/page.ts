// The questions of tests to a page, and the waiting for answers.
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The row of a key, or of a folder, in the list of keys. Its author and its age follow the name. */
export const row = (page: Page, name: string): Locator =>
  page.getByRole('treeitem', { name: new RegExp(`^${name}(?: |$)`) });

/** Waits until nothing of the screen is under way any more. */
export async function isLoaded(page: Page): Promise<void> {
  await page.locator('main > :not([aria-busy])').first().waitFor();
  await expect.poll(() => page.locator('main :is(.loading, [aria-busy=true])').count()).toBe(0);
}

/** Presses keys one right after the other: for the page a pause between them is none, however busy the machine. */
export async function chord(page: Page, ...keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => page.keyboard.press(key)));
}
