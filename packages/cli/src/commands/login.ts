import { defaultProfile, removeProfile, saveProfile } from '../connection/profile.js';
import { givenProfile, toOptions } from '../connection/settings.js';
import type { Session } from '../program/session.js';
import { UsageError } from '../program/usage-error.js';

/** Keeps how to reach a server, once it has answered. */
export async function login(session: Session, address: string): Promise<undefined> {
  const { flags, env, output } = session;
  if (flags.address !== undefined) throw new UsageError('login takes the address as its argument, not as --address');
  const name = profileName(session);
  const given = givenProfile(flags, env, address);
  await session.connect({ address, options: toOptions(given, address) });
  const profile = { ...given, namespace: flags.namespace };
  const file = saveProfile(name, profile, env);
  await output.record({ profile: name, address, file }, () => `${address} is the profile ${name}, in ${file}`);
}

export async function logout(session: Session): Promise<undefined> {
  const name = profileName(session);
  removeProfile(name, session.env);
  await session.output.record({ profile: name, removed: true }, () => `the profile ${name} is removed`);
}

const profileName = ({ flags, env }: Session): string => flags.profile ?? (env.CFG_PROFILE || defaultProfile);
