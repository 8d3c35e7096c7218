/** What a command prints, and the program's exit code. */
export interface CommandResult {
  readonly text: string;
  readonly code: number;
}
