import type { Dictionary } from '../translate.ts';
import { changes } from './changes.ts';
import { edit } from './edit.ts';
import { keys } from './keys.ts';
import { more } from './more.ts';
import { shell } from './shell.ts';
import { value } from './value.ts';

export const de: Dictionary = { ...shell, ...more, ...keys, ...edit, ...changes, ...value };
