import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own, which reports its port and then does one command at a time. */
export interface Server {
  readonly port: number;
  /** Sends a command and returns the server's result. */
  tell(command: string, argument?: number): Promise<number>;
  stop(): void;
  /** It stands still, its connections open. */
  pause(): void;
}

export async function startServer(program: string, ...args: string[]): Promise<Server> {
  const file = fileURLToPath(new URL(`../servers/${program}.js`, import.meta.url));
  // The heap as `npm start` has it.
  const child: ChildProcess = fork(file, args, { execArgv: ['--expose-gc', '--max-semi-space-size=16'] });
  const exited = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  exited.catch(() => {});
  const nextMessage = (): Promise<number> => {
    const message = new Promise<number>((resolve) => child.once('message', (value) => resolve(value as number)));
    return Promise.race([message, exited]);
  };
  const port = await nextMessage();
  return {
    port,
    tell: (command, argument = 0) => {
      child.send({ command, argument });
      return nextMessage();
    },
    stop: () => void child.kill('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
  };
}

/** The server's side: reports the port, then does the commands; `cpu` tells what it has used so far, in microseconds. */
export function serve(port: number, commands: Record<string, (argument: number) => number | Promise<number>>): void {
  process.on('message', async ({ command, argument }: { command: string; argument: number }) => {
    const result = command === 'cpu' ? cpuUs() : await commands[command]?.(argument);
    process.send?.(result ?? 0);
  });
  process.on('disconnect', () => process.exit());
  process.send?.(port);
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
