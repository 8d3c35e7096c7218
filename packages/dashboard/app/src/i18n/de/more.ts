import { signIn } from './sign-in.ts';

/** The texts of the screens beside keys. */
export const more = { ...signIn } as const;
