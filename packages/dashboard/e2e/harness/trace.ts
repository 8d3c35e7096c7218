import type { CDPSession, Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: object };
}

/** The work of the page's thread, in milliseconds of its own: that of other programs is not counted. */
export interface Work {
  readonly totalMs: number;
  readonly longestMs: number;
  /** How many tasks took more than 50 ms, what a browser calls long. */
  readonly long: number;
}

/** The browser's own trace of a page while something is done. */
export async function traced(page: Page, act: () => Promise<void>): Promise<Work> {
  const browser = page.context().browser();
  if (!browser) throw new Error('the page has no browser');
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const mains = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const isMain = ({ pid, tid }: TraceEvent): boolean => mains.some((each) => each.pid === pid && each.tid === tid);
  const tasks = traceEvents
    .filter((event) => event.name.endsWith('RunTask') && event.ph === 'X' && isMain(event))
    .map(({ dur = 0, tdur = dur }) => tdur / 1000);
  return {
    totalMs: tasks.reduce((sum, each) => sum + each, 0),
    longestMs: Math.max(0, ...tasks),
    long: tasks.filter((each) => each > 50).length,
  };
}

/** Makes the page's thread so many times as slow. */
export async function slowDown(page: Page, rate: number): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  return session;
}
