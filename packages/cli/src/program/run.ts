import { CommanderError } from '@commander-js/extra-typings';
import { exitCodes } from './exit-code.js';
import { Interrupt } from './interrupt.js';
import { createProgram } from './program.js';

/**
 * Runs the program `cfg` with `args`, those after its name, and returns its exit code. It writes to the process's own
 * stdout and stderr, and ends early with SIGINT or SIGTERM; a second one ends the process.
 *
 * @example
 * process.exitCode = await run(['get', 'app/timeout', '-n', 'production'], process.env);
 */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // grpc-js prints nothing: its faults are reported in our own words.
  process.env.GRPC_VERBOSITY ??= 'NONE';
  using interrupt = new Interrupt();
  let code: number = exitCodes.done;
  const program = createProgram(async (flags, task) => {
    // Only now, so that the help is there at once.
    const { Session } = await import('./session.js');
    await using session = new Session(flags, env, interrupt);
    code = (await task(session)) ?? exitCodes.done;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return interrupt.signal.aborted ? exitCodes.interrupted : code;
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.interrupted;
    // Commander has said it already, be it the help or what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const { complain } = await import('./complain.js');
    return complain(error, args.includes('--json'));
  }
}
