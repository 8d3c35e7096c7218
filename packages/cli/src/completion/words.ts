import type { Command, Option } from 'commander';
import type { CommonFlags } from '../program/session.js';

/** The place on a command line that is to be completed. */
export interface Place {
  readonly command: Command;
  /** The words that are there already. */
  readonly begun: string;
  readonly wanted:
    | { readonly is: 'argument'; readonly number: number }
    | { readonly is: 'flag' }
    | { readonly is: 'value'; readonly option: Option; readonly written: string }
    /** After `--`. */
    | { readonly is: 'operand' };
  /** The program's own options that are given, as they are written. */
  readonly given: Omit<CommonFlags, 'timeout'> & { readonly timeout?: string | undefined };
}

/** Reads the words of a command line after the program's name; the last one is begun, and may be empty. */
export function placeOf(program: Command, words: readonly string[]): Place {
  const begun = words.at(-1) ?? '';
  const given: Record<string, string | true> = {};
  const take = (option: Option, value: string | true): void => {
    if (program.options.includes(option)) given[option.attributeName()] = value;
  };
  let command = program;
  let number = 0;
  let open: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) {
      take(open, word);
      open = undefined;
    } else if (word === '--') {
      return { command, begun, wanted: { is: 'operand' }, given };
    } else if (word.startsWith('-')) {
      const [flag, value] = split(word);
      const option = optionOf(command, flag);
      if (option === undefined) continue;
      if (value !== undefined || !takesValue(option)) take(option, value ?? true);
      else open = option;
    } else {
      const next: Command | undefined = number === 0 ? commandOf(command, word) : undefined;
      if (next !== undefined) command = next;
      else if (word !== 'help' || command.commands.length === 0) number += 1;
    }
  }
  return { command, begun, given, wanted: wantedAt(command, begun, number, open) };
}

function wantedAt(command: Command, begun: string, number: number, open: Option | undefined): Place['wanted'] {
  if (open !== undefined) return { is: 'value', option: open, written: '' };
  if (!begun.startsWith('-')) return { is: 'argument', number };
  const [flag, value] = split(begun);
  const option = optionOf(command, flag);
  if (value === undefined || option === undefined || !takesValue(option)) return { is: 'flag' };
  return { is: 'value', option, written: `${flag}=` };
}

/** The options that a command takes there: its own, and those of the commands above it. */
export function optionsOf(command: Command): Option[] {
  const own = command.createHelp().visibleOptions(command);
  return command.parent === null ? own : [...own, ...optionsOf(command.parent).filter(({ long }) => !isOwn(own, long))];
}

const isOwn = (own: readonly Option[], long: string | undefined): boolean => own.some((each) => each.long === long);

const takesValue = ({ required, optional }: Option): boolean => required || optional;

const optionOf = (command: Command, flag: string): Option | undefined =>
  optionsOf(command).find(({ short, long }) => flag === short || flag === long);

const commandOf = (command: Command, name: string): Command | undefined =>
  command.commands.find((each) => each.name() === name || each.aliases().includes(name));

/** `--flag=value` in its parts. */
function split(word: string): [flag: string, value: string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1;
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}
