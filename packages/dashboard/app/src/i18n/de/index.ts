import type { Dictionary } from '../translate.ts';
import { shell } from './shell.ts';

export const de: Dictionary = { ...shell };
