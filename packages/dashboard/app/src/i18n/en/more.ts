import { history } from './history.ts';
import { log } from './log.ts';
import { matrix } from './matrix.ts';
import { signIn } from './sign-in.ts';
import { status } from './status.ts';
import { transfer } from './transfer.ts';

/** The texts of the screens beside keys. */
export const more = { ...signIn, ...matrix, ...history, ...transfer, ...log, ...status } as const;
