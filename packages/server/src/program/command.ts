/** One of the program's commands, beside serving. */
export interface Command {
  readonly name: string;
  /** The arguments after the name, as the help shows them. */
  readonly value: string;
  readonly help: string;
  /** Returns what to print, and the exit code. Rejects with `UsageError` for arguments that are wrong. */
  run(args: readonly string[]): Promise<CommandResult>;
}

export interface CommandResult {
  readonly text: string;
  readonly code: number;
}
