import type { Dictionary } from '../translate.ts';
import { edit } from './edit.ts';
import { keys } from './keys.ts';
import { shell } from './shell.ts';
import { signIn } from './sign-in.ts';
import { value } from './value.ts';

export const de: Dictionary = { ...shell, ...signIn, ...keys, ...edit, ...value };
