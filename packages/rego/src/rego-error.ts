/** One thing that the compiler found wrong. */
export interface RegoFault {
  /** OPA's code, as in `rego_parse_error`, `rego_type_error`, `rego_unsafe_var_error`. */
  readonly code: string;
  readonly message: string;
  /** The name of the module, as it was given; undefined where the fault is in no place. */
  readonly file: string | undefined;
  /** From 1; undefined where the fault is in no place. */
  readonly line: number | undefined;
}

/** Rego that does not compile, or a compiler that is not there. */
export class RegoError extends Error {
  override readonly name = 'RegoError';
  /** The faults that the compiler found, in its order; empty if it never ran. */
  readonly faults: readonly RegoFault[];

  constructor(message: string, faults: readonly RegoFault[] = [], options?: ErrorOptions) {
    super(message, options);
    this.faults = faults;
  }

  /** An error whose message lists the first few faults, one to a line. */
  static of(faults: readonly RegoFault[]): RegoError {
    const lines = faults.slice(0, maxTold).map(({ file, line, code, message }) => {
      const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
      return `${place}${code}: ${message}`;
    });
    if (faults.length > maxTold) lines.push(`and ${faults.length - maxTold} more`);
    return new RegoError(lines.join('\n'), faults);
  }
}

const maxTold = 10;
