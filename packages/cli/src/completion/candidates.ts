import type { Argument, Command, Option } from 'commander';
import { optionsOf, type Place } from './words.js';

/** A word that could stand there, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** The kinds of names that the program has to ask for: of a server, or of the profile file. */
export type Names = 'keys' | 'namespaces' | 'aliases' | 'profiles';

/** The candidates for a place: words, names that are to be asked for, or files. */
export type Candidates =
  | { readonly are: 'words'; readonly words: readonly Candidate[] }
  | { readonly are: 'names'; readonly of: Names }
  | { readonly are: 'files' };

const nothing: Candidates = { are: 'words', words: [] };

/** Names by what the help calls them. */
const ofPlaceholders: Readonly<Record<string, Candidates>> = {
  key: { are: 'names', of: 'keys' },
  prefix: { are: 'names', of: 'keys' },
  'key-or-prefix': { are: 'names', of: 'keys' },
  alias: { are: 'names', of: 'aliases' },
  file: { are: 'files' },
  path: { are: 'files' },
};

const ofOptions: Readonly<Record<string, Candidates>> = {
  namespace: { are: 'names', of: 'namespaces' },
  profile: { are: 'names', of: 'profiles' },
};

export function candidatesAt({ command, wanted }: Place): Candidates {
  switch (wanted.is) {
    case 'operand':
      return command.name() === 'run' ? { are: 'files' } : nothing;
    case 'flag':
      return { are: 'words', words: optionsOf(command).map(flagOf) };
    case 'value':
      return valuesOf(wanted.option);
    case 'argument':
      if (command.commands.length > 0) return wanted.number === 0 ? commandsOf(command) : nothing;
      return argumentsOf(command, wanted.number);
  }
}

const flagOf = ({ long, short, description }: Option): Candidate => ({ word: long ?? short ?? '', description });

function valuesOf(option: Option): Candidates {
  if (option.argChoices !== undefined) return choices(option.argChoices);
  const [, placeholder = ''] = /[<[](.+?)[>\]]/.exec(option.flags) ?? [];
  return ofOptions[option.attributeName()] ?? ofPlaceholders[placeholder] ?? nothing;
}

function commandsOf(command: Command): Candidates {
  const visible = command.createHelp().visibleCommands(command);
  return { are: 'words', words: visible.map((each) => ({ word: each.name(), description: each.description() })) };
}

function argumentsOf(command: Command, number: number): Candidates {
  const argument: Argument | undefined = command.registeredArguments[number];
  if (argument === undefined) return nothing;
  if (argument.argChoices !== undefined) return choices(argument.argChoices);
  if (command.name() === 'namespaces') return { are: 'names', of: 'namespaces' };
  return ofPlaceholders[argument.name()] ?? nothing;
}

const choices = (words: readonly string[]): Candidates => ({
  are: 'words',
  words: words.map((word) => ({ word, description: '' })),
});
