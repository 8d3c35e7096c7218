import { share } from '@cfg/core/flags';
import { type FakeConfig, fakeConfig } from '@cfg/testing';
import { type Client, OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CfgProvider } from './index.js';

afterEach(() => OpenFeature.clearProviders());

let domain = 0;

async function client(flags: Record<string, unknown>): Promise<{ client: Client; config: FakeConfig }> {
  const config = await fakeConfig();
  onTestFinished(() => config.close());
  for (const [key, data] of Object.entries(flags)) await config.set(`flags/${key}`, data);
  domain += 1;
  await OpenFeature.setProviderAndWait(`${domain}`, new CfgProvider(config));
  return { client: OpenFeature.getClient(`${domain}`), config };
}

const checkout = {
  variants: { on: true, off: false },
  default: 'off',
  rules: [
    { when: { country: ['DE', 'AT'], plan: { not: 'free' } }, variant: 'on' },
    { when: { 'user.age': { gte: 18, lt: 65 } }, split: { on: 25, off: 75 } },
  ],
};

describe('flags', () => {
  it('are typed values, or variants by rules', async () => {
    const { client: flags } = await client({ on: true, name: 'blue', limit: 1.5, shape: { x: 1 }, checkout });
    expect(await flags.getBooleanValue('on', false)).toBe(true);
    expect(await flags.getStringValue('name', '')).toBe('blue');
    expect(await flags.getNumberValue('limit', 0)).toBe(1.5);
    expect(await flags.getObjectValue('shape', {})).toEqual({ x: 1 });
    expect(await flags.getBooleanDetails('on', false)).toMatchObject({
      reason: 'STATIC',
      flagMetadata: { version: 1 },
    });
    const details = (context: Record<string, unknown>) => flags.getBooleanDetails('checkout', true, context as never);
    expect(await details({ country: 'DE', plan: 'team' })).toMatchObject({
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
    });
    expect(await details({ country: 'DE', plan: 'free' })).toMatchObject({
      value: false,
      variant: 'off',
      reason: 'DEFAULT',
    });
    expect(await details({ user: { age: 30 }, targetingKey: 'ann' })).toMatchObject({ reason: 'SPLIT' });
    expect(await details({ user: { age: 30 } })).toMatchObject({ value: true, errorCode: 'TARGETING_KEY_MISSING' });
  });

  it('fail with the default, and say why', async () => {
    const { client: flags, config } = await client({
      text: 'x',
      none: { variants: {} },
      lost: { variants: { on: true }, default: 'off' },
      rule: { variants: { on: true }, default: 'on', rules: [{ variant: 'on', split: { on: 1 } }] },
      weight: { variants: { on: true }, default: 'on', rules: [{ split: { on: -1 } }] },
      off: { variants: { on: true }, default: 'on', disabled: true },
    });
    await config.namespace.set('flags/bytes', Buffer.from('x'), { codec: 'raw' });
    const code = async (key: string): Promise<unknown> => (await flags.getBooleanDetails(key, false)).errorCode;
    expect(await code('missing')).toBe('FLAG_NOT_FOUND');
    expect(await code('text')).toBe('TYPE_MISMATCH');
    for (const key of ['none', 'lost', 'rule', 'weight']) expect(await code(key)).toBe('PARSE_ERROR');
    expect(await flags.getBooleanDetails('off', false)).toMatchObject({ value: false, reason: 'DISABLED' });
  });

  it('are split stably, in proportion, and a share that grows keeps those who had it', async () => {
    const people = Array.from({ length: 4_000 }, (_, i) => `user-${i}`);
    const who = async (flags: Client): Promise<Set<string>> => {
      const chosen = await Promise.all(
        people.map((targetingKey) => flags.getBooleanValue('f', false, { targetingKey })),
      );
      return new Set(people.filter((_, i) => chosen[i]));
    };
    const flag = (on: number) => ({
      variants: { on: true, off: false },
      default: 'off',
      rules: [{ split: { on, off: 100 - on } }],
    });
    const { client: flags, config } = await client({ f: flag(10) });
    const few = await who(flags);
    expect(few.size / people.length).toBeCloseTo(0.1, 1);
    await config.set('flags/f', flag(30));
    const more = await who(flags);
    expect(more.size / people.length).toBeCloseTo(0.3, 1);
    expect([...few].filter((each) => !more.has(each))).toEqual([]);
    // As it was on the day that it was made: it must never be another.
    expect(share('checkout', 'ann').toFixed(12)).toMatchInlineSnapshot(`"0.082472681431"`);
  });
});

describe('events', () => {
  it('tell what has changed, that the server is away, and that it is back', async () => {
    const { client: flags, config } = await client({ on: false });
    const told: string[] = [];
    flags.addHandler(ProviderEvents.ConfigurationChanged, (event) => told.push(`changed ${event?.flagsChanged}`));
    flags.addHandler(ProviderEvents.Stale, () => told.push('stale'));
    await config.set('flags/on', true);
    await config.set('other', true);
    await vi.waitFor(() => expect(told).toEqual(['changed on']));
    config.faults.outage();
    await vi.waitFor(() => expect(flags.providerStatus).toBe(ProviderStatus.STALE));
    expect(await flags.getBooleanDetails('on', false)).toMatchObject({ value: true, flagMetadata: { stale: true } });
    flags.addHandler(ProviderEvents.Ready, () => told.push('ready'));
    config.faults.recover();
    await vi.waitFor(() => expect(flags.providerStatus).toBe(ProviderStatus.READY));
    await config.namespace.delete('flags/on');
    await vi.waitFor(() => expect(told).toEqual(['changed on', 'stale', 'ready', 'changed on']));
  });

  it('begin with what is remembered where the server does not answer', async () => {
    await using config = await fakeConfig({}, { bootstrap: { test: { 'flags/on': true } } });
    config.faults.outage();
    await OpenFeature.setProviderAndWait('away', new CfgProvider(config, { waitMs: 10 }));
    const flags = OpenFeature.getClient('away');
    expect(await flags.getBooleanDetails('on', false)).toMatchObject({ value: true, flagMetadata: { stale: true } });
    await vi.waitFor(() => expect(flags.providerStatus).toBe(ProviderStatus.STALE));
    config.faults.recover();
    await vi.waitFor(() => expect(flags.providerStatus).toBe(ProviderStatus.READY));
    expect(await flags.getBooleanDetails('on', false)).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' });
    await OpenFeature.clearProviders();
  });
});

it.each<[options: unknown, why: string]>([
  [{ prefx: 'x' }, 'option prefx is not an option of CfgProvider, which has prefix, waitMs'],
  [{ prefix: 7 }, 'option prefix must be a string'],
  [{ waitMs: '2s' }, 'option waitMs must be a whole number'],
])('options such as %o are refused', async (options, why) => {
  await using config = await fakeConfig();
  expect(() => new CfgProvider(config, options as never)).toThrow(why);
  expect(() => new CfgProvider(undefined as never)).toThrow('must be that of connect()');
});
