import type { Command } from 'commander';
import { type Candidate, candidatesAt } from '../completion/candidates.js';
import { longestWaitMs, namesOf } from '../completion/names.js';
import { placeOf } from '../completion/words.js';
import { safeText } from '../output/safe-text.js';
import { duration } from '../program/numbers.js';
import { Session } from '../program/session.js';

/** Tells the shell's script, in place of words, to complete the names of files. */
const files = ':files';

/** No name has other characters; a server that sends some is not to write to a command line. */
const harmless = /^[\w.\-/:]+$/;

/**
 * Prints a line for each word that could be the last of `words`, with its description after a tab. It never fails, and
 * never says why there is nothing: it is called between two keystrokes.
 */
export async function complete(session: Session, program: Command, words: readonly string[]): Promise<undefined> {
  const place = placeOf(program, words);
  const candidates = candidatesAt(place);
  const { output } = session;
  if (candidates.are === 'files') {
    await output.write(`${files}\n`);
    return;
  }
  const written = place.wanted.is === 'value' ? place.wanted.written : '';
  const begun = place.begun.slice(written.length);
  let found: readonly Candidate[];
  if (candidates.are === 'words') found = candidates.words;
  else {
    const { given } = place;
    // Stdin is the shell's.
    const tokenFile = given.tokenFile === '-' ? undefined : given.tokenFile;
    const flags = { ...given, tokenFile, timeout: waitMs(given.timeout) };
    await using asked = new Session(flags, session.env, session.interrupt);
    const names = await namesOf(asked, candidates.of, begun).catch(() => []);
    found = names.filter((name) => harmless.test(name)).map((word) => ({ word, description: '' }));
  }
  const lines = found
    .filter(({ word }) => word.startsWith(begun))
    .map(({ word, description }) => `${written}${word}\t${safeText(description)}\n`);
  await output.write(lines.join(''));
}

/** As `--timeout` says, where there is one. */
function waitMs(timeout: string | undefined): number {
  try {
    return timeout === undefined ? longestWaitMs : duration(timeout);
  } catch {
    return longestWaitMs;
  }
}
