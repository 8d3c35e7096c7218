/**
 * A JSON value, query parameter or path variable that does not fit its message, or a message that JSON cannot say.
 * `message` is the path and the problem, `value: invalid base64`; it is fit to be sent to who sent the input.
 */
export class JsonMappingError extends Error {
  override readonly name = 'JsonMappingError';
  /** Where, in the spelling of the input: `operations[3].set.write_mode`. Empty: the whole. */
  readonly path: string;
  readonly problem: string;

  constructor(problem: string, path = '') {
    super(path === '' ? problem : `${path}: ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

/** The error to throw in place of `error` one level up: with `segment` (`set` or `[3]`) put before its path. */
export function within(segment: string, error: unknown): unknown {
  if (!(error instanceof JsonMappingError)) return error;
  const { path, problem } = error;
  const separator = path === '' || path.startsWith('[') ? '' : '.';
  return new JsonMappingError(problem, `${segment}${separator}${path}`);
}

/** Text from outside, cut to a length that suits an error message, quoted, and all but ASCII escaped: `"a\\u00a0"`. */
export function quote(text: string): string {
  const quoted = JSON.stringify(text.slice(0, 64));
  const ascii = quoted.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text.length > 64 ? `${ascii.slice(0, -1)}…"` : ascii;
}
