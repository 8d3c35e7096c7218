import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError, printable } from '@cfg/core';

/** How to reach a server, as `cfg login` keeps it. Certificates and keys are kept themselves, in PEM. */
export interface Profile {
  readonly address: string;
  readonly namespace?: string | undefined;
  readonly token?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsFingerprint?: string | undefined;
}

type Profiles = Readonly<Record<string, Profile>>;

export const defaultProfile = 'default';

const texts = ['address', 'namespace', 'token', 'tlsCa', 'tlsCert', 'tlsKey', 'tlsFingerprint'];

/** Where profiles are: `$XDG_CONFIG_HOME/cfg/profiles.json`, by default below `~/.config`. */
export function profileFile(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'cfg', 'profiles.json');
}

/**
 * The profile of that name; without a name, the default one if there is one. Throws `not_found` for a name that is not
 * there, and `invalid_value` for a file that cannot be trusted or read.
 */
export function readProfile(name: string | undefined, env: NodeJS.ProcessEnv): Profile | undefined {
  const profiles = readProfiles(profileFile(env));
  const wanted = name ?? defaultProfile;
  if (Object.hasOwn(profiles, wanted)) return profiles[wanted];
  if (name === undefined) return undefined;
  throw new ConfigError('not_found', `there is no profile ${printable(name)}: cfg login makes one`);
}

/** The names of the profiles that there are. */
export const profileNames = (env: NodeJS.ProcessEnv): string[] => Object.keys(readProfiles(profileFile(env)));

/** Writes the profile beside the others, for its owner's eyes only. */
export function saveProfile(name: string, profile: Profile, env: NodeJS.ProcessEnv): string {
  const file = profileFile(env);
  writeProfiles(file, { ...readProfiles(file), [name]: profile });
  return file;
}

/** Throws `not_found`. */
export function removeProfile(name: string, env: NodeJS.ProcessEnv): void {
  const file = profileFile(env);
  const { [name]: removed, ...others } = readProfiles(file);
  if (removed === undefined) throw new ConfigError('not_found', `there is no profile ${printable(name)}`);
  writeProfiles(file, others);
}

function readProfiles(file: string): Profiles {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ConfigError('invalid_value', `cannot read ${file}: ${(error as Error).message}`);
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    throw new ConfigError('invalid_value', `${file} has tokens and is open to others: chmod 600 it`);
  }
  return checkProfiles(file, text);
}

function checkProfiles(file: string, text: string): Profiles {
  const fault = (why: string): ConfigError => new ConfigError('invalid_value', `${file} ${why}`);
  let profiles: unknown;
  try {
    profiles = JSON.parse(text);
  } catch {
    throw fault('is not JSON');
  }
  if (!isRecord(profiles)) throw fault('must have an object of profiles');
  for (const [name, profile] of Object.entries(profiles)) {
    if (!isRecord(profile) || typeof profile.address !== 'string') throw fault(`: ${name} has no address`);
    for (const [field, value] of Object.entries(profile)) {
      const right = texts.includes(field)
        ? typeof value === 'string'
        : field === 'insecure' && value === Boolean(value);
      if (!right) throw fault(`: ${name}.${field} is not what it should be`);
    }
  }
  return profiles as Profiles;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** By way of a second file, so that a crash leaves the old one or the new one. */
function writeProfiles(file: string, profiles: Profiles): void {
  const fresh = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(fresh, `${JSON.stringify(profiles, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
}
