import { edit } from './edit.ts';
import { keys } from './keys.ts';
import { shell } from './shell.ts';
import { signIn } from './sign-in.ts';
import { value } from './value.ts';

/** Every text of the page, by name. What is in braces is filled in. */
export const en = { ...shell, ...signIn, ...keys, ...edit, ...value } as const;
