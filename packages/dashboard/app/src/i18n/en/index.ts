import { shell } from './shell.ts';

/** Every text of the page, by name. What is in braces is filled in. */
export const en = { ...shell } as const;
