export { run } from './program/run.js';
export { type ExitCode, exitCodes } from './program/exit-code.js';
