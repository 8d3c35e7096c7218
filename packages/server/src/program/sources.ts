import { type Flag, flags, type SettingName, type Settings } from './flags.js';
import { UsageError } from './usage-error.js';

/** A value as somebody wrote it, and where. */
export interface Written {
  readonly flag: Flag;
  readonly value: unknown;
  /** `--grpc`, `CFG_GRPC`, `grpc in server.yaml`: what errors call it. */
  readonly where: string;
}

/** The settings, and what the user calls each. */
export interface Resolved {
  readonly settings: Settings;
  nameOf(setting: string): string;
}

/** Puts the sources together; the later ones win. Throws {@link UsageError} for a value of the wrong kind. */
export function resolve(...sources: readonly (readonly Written[])[]): Resolved {
  const settings: Partial<Record<SettingName, string | number | boolean>> = {};
  const names = new Map(flags.map(({ setting, name }) => [setting as string, `--${name}`]));
  for (const written of sources.flat()) {
    settings[written.flag.setting] = readers[written.flag.kind](written);
    names.set(written.flag.setting, written.where);
  }
  return { settings: settings as Settings, nameOf: (setting) => names.get(setting) ?? setting };
}

const readers = {
  text({ value, where }: Written): string {
    if (typeof value === 'string' && value !== '') return value;
    throw new UsageError(`${where} must be a text, not ${show(value)}`);
  },
  number({ value, where }: Written): number {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
    throw new UsageError(`${where} must be a whole number, not ${show(value)}`);
  },
  switch({ value, where }: Written): boolean {
    if (value === true || value === 'true' || value === '1') return true;
    if (value === false || value === 'false' || value === '0') return false;
    throw new UsageError(`${where} must be true or false, not ${show(value)}`);
  },
};

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);
