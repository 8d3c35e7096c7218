import { readFileSync } from 'node:fs';
import type { RemoteStoreOptions } from '@cfg/client';
import { UsageError } from '../program/usage-error.js';
import { type Profile, readProfile } from './profile.js';

/** The flags about the server. Each comes before its variable of the environment, and that before the profile. */
export interface ConnectionFlags {
  readonly address?: string | undefined;
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsFingerprint?: string | undefined;
  readonly profile?: string | undefined;
}

/** Which server, and how to reach it. */
export interface ConnectionSettings {
  readonly address: string;
  readonly options: RemoteStoreOptions;
  /** The namespace of the profile that was used. */
  readonly namespace: string | undefined;
}

/** Where a `cfg-server` without settings is. */
const localAddress = 'http://127.0.0.1:9090';

/**
 * The settings of a run. A profile's token and certificates go only to the profile's own address: if another address is
 * given, the profile is left out. Throws `UsageError`.
 */
export function connectionSettings(flags: ConnectionFlags, env: NodeJS.ProcessEnv): ConnectionSettings {
  const address = flags.address ?? (env.CFG_ADDRESS || undefined);
  const named = flags.profile ?? (env.CFG_PROFILE || undefined);
  if (flags.address !== undefined && flags.profile !== undefined) {
    throw new UsageError('--address and --profile exclude each other: a profile has an address');
  }
  const profile = address !== undefined && flags.profile === undefined ? undefined : readProfile(named, env);
  const given = merge(flags, env, profile);
  const url = profile?.address ?? address ?? localAddress;
  return { address: url, options: toOptions(given, url), namespace: profile?.namespace };
}

/** The settings that `cfg login` keeps: the flags and the environment, without another profile. */
export function givenProfile(flags: ConnectionFlags, env: NodeJS.ProcessEnv, address: string): Profile {
  return { address, ...merge(flags, env, undefined) };
}

type Given = Omit<Profile, 'address' | 'namespace'>;

function merge(flags: ConnectionFlags, env: NodeJS.ProcessEnv, profile: Profile | undefined): Given {
  if (flags.token !== undefined && flags.tokenFile !== undefined) {
    throw new UsageError('--token and --token-file exclude each other');
  }
  const fromFile = flags.tokenFile === undefined ? undefined : read('--token-file', flags.tokenFile).trim();
  const certificate = (name: 'tlsCert' | 'tlsKey', flag: string, variable: string): string | undefined => {
    const file = flags[name] ?? (env[variable] || undefined);
    return file === undefined ? profile?.[name] : read(flag, file);
  };
  return {
    token: flags.token ?? fromFile ?? (env.CFG_TOKEN || undefined) ?? profile?.token,
    insecure: flags.insecure ?? (env.CFG_INSECURE ? truth('CFG_INSECURE', env.CFG_INSECURE) : profile?.insecure),
    ...trusted(flags, env, profile),
    tlsCert: certificate('tlsCert', '--tls-cert', 'CFG_TLS_CERT'),
    tlsKey: certificate('tlsKey', '--tls-key', 'CFG_TLS_KEY'),
  };
}

/** Whom to trust: an authority or one certificate, as the first of flags, environment and profile says that says any. */
function trusted(
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv,
  profile: Profile | undefined,
): Pick<Given, 'tlsCa' | 'tlsFingerprint'> {
  const isFlagged = flags.tlsCa !== undefined || flags.tlsFingerprint !== undefined;
  const file = isFlagged ? flags.tlsCa : env.CFG_TLS_CA || undefined;
  const tlsFingerprint = isFlagged ? flags.tlsFingerprint : env.CFG_TLS_FINGERPRINT || undefined;
  if (file !== undefined && tlsFingerprint !== undefined) {
    throw new UsageError('--tls-ca and --tls-fingerprint exclude each other');
  }
  if (file !== undefined) return { tlsCa: read('--tls-ca', file) };
  return tlsFingerprint === undefined
    ? { tlsCa: profile?.tlsCa, tlsFingerprint: profile?.tlsFingerprint }
    : { tlsFingerprint };
}

/** How `RemoteStore` is told. An address that begins with `http://` has said that it is without TLS. */
export function toOptions(given: Given, address: string): RemoteStoreOptions {
  const { token, insecure, tlsCa, tlsCert, tlsKey, tlsFingerprint } = given;
  const plain = insecure === true || address.startsWith('http://');
  const tls = [tlsCa, tlsCert, tlsKey, tlsFingerprint].every((each) => each === undefined)
    ? undefined
    : { ca: tlsCa, cert: tlsCert, key: tlsKey, fingerprint256: tlsFingerprint };
  return { token, insecure: plain, tls };
}

function read(flag: string, file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`${flag}: ${(error as Error).message}`);
  }
}

function truth(name: string, text: string): boolean {
  if (['1', 'true'].includes(text)) return true;
  if (['0', 'false'].includes(text)) return false;
  throw new UsageError(`${name} must be true or false`);
}
