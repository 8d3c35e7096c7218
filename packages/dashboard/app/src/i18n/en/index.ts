import { changes } from './changes.ts';
import { edit } from './edit.ts';
import { keys } from './keys.ts';
import { more } from './more.ts';
import { shell } from './shell.ts';
import { value } from './value.ts';

/** Every text of the page, by name. What is in braces is filled in. */
export const en = { ...shell, ...more, ...keys, ...edit, ...changes, ...value } as const;
