import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';

/** The types of a statement's parameters. */
export type Parameter = string | number | boolean | null | readonly (string | number | boolean | Uint8Array | null)[];

/** A connection, as the store's statements use it. What is sent before an answer has come follows it at once. */
export class Session {
  readonly #client: ClientBase;
  readonly #prepares: boolean;

  /** `prepares`: whether statements may be kept with the connection. */
  constructor(client: ClientBase, prepares: boolean) {
    this.#client = client;
    this.#prepares = prepares;
  }

  /** Runs one statement. Returns its rows. */
  async query<Row extends object>(text: string, values: readonly Parameter[] = []): Promise<readonly Row[]> {
    const { rows } = await this.#client.query<Row>(statement(text, values, this.#prepares));
    return rows;
  }

  /** Runs several statements without parameters. Returns the rows of the last. */
  async script<Row extends object>(text: string): Promise<readonly Row[]> {
    const result: unknown = await this.#client.query(text);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return (last as { rows: Row[] }).rows;
  }
}

/** The statement as the driver takes it. */
export function statement(
  text: string,
  values: readonly Parameter[],
  prepares: boolean,
): { text: string; values: Parameter[]; name?: string } {
  return prepares ? { text, values: [...values], name: nameOf(text) } : { text, values: [...values] };
}

const names = new Map<string, string>();

/** The name under which a connection keeps a prepared statement: the same for the same text. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `cfg_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
    names.set(text, name);
  }
  return name;
}
