import type { CommonFlags, Session } from './session.js';

/** The work of a command. Returns its exit code; 0 if it returns nothing. */
export type CommandTask = (session: Session) => Promise<number | undefined>;

/** Runs the task with the flags that every command takes. */
export type Start = (flags: CommonFlags, task: CommandTask) => Promise<void>;

/** Runs the task that a command's action hands over. */
export type Act = (task: CommandTask) => Promise<void>;
