import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mixed, ours, ringScripts, type Trouble } from '../test/ring-scripts.js';
import { AgreeingNode } from '../testing/agreeing-node.js';
import { Bus } from '../testing/bus.js';
import { Network } from '../testing/network.js';
import { type RingScript, runRing } from '../testing/ring-world.js';
import { Simulation } from '../testing/simulation.js';
import { type RingRules, ringRules } from './rules.js';

/** How many clusters are simulated: 2,000 in `npm test`; the long form, `CFG_SEEDS=200000`, takes half an hour. */
const runs = Number(process.env.CFG_SEEDS ?? 2_000);
/** Another one with every long run. */
const seed = process.env.CFG_SEEDS === undefined ? 1 : Date.now() % 2 ** 31;
const timeout = Math.max(900_000, runs * 200);

const scripts = {
  ours: ringScripts(ours),
  mixed: ringScripts(mixed),
  hostile: ringScripts(ours, ['claim', 'cut', 'forge']),
  late: ringScripts(fc.constant(['original', 'original', 'ours']), ['claim']),
};

const well = (script: RingScript): void => {
  expect(runRing(script)).toEqual([]);
};

describe('when the faults are over, all rings have all members and all claims', () => {
  it('of nodes of ours', () => fc.assert(fc.property(scripts.ours, well), { numRuns: runs * 0.5, seed }), timeout);

  it(
    'of nodes of ours and of the original',
    () => fc.assert(fc.property(scripts.mixed, well), { numRuns: runs * 0.3, seed }),
    timeout,
  );

  it(
    'whatever was forged',
    () => fc.assert(fc.property(scripts.hostile, well), { numRuns: runs * 0.2, seed }),
    timeout,
  );

  it('and a seed repeats a run, event by event', () => {
    const [script] = fc.sample(scripts.mixed, { numRuns: 1, seed: 3 }) as [RingScript];
    const trace = (): unknown[] => {
      const events: unknown[] = [];
      runRing(script, {
        ...ringRules,
        repair: (ring, facts) => {
          events.push([ring.state.epoch, [...ring.state.overrides], facts.self]);
          return ringRules.repair(ring, facts);
        },
      });
      return events;
    };
    expect(trace()).toEqual(trace());
  });
});

describe('without a rule it is not so', () => {
  const known = (rules: Partial<RingRules>, kind: keyof typeof scripts, most = 600): void => {
    const isWell = fc.property(scripts[kind], (script) => runRing(script, { ...ringRules, ...rules }).length === 0);
    const result = fc.check(isWell, { numRuns: most, seed: 11, endOnFailure: true });
    expect(result.failed).toBe(true);
  };

  it('that a node goes on with the epoch that it kept', () => known({ restartEpoch: () => 1 }, 'mixed'));
  it('that rings are refused', () => known({ refusal: () => undefined }, 'hostile'));
  it('that rings of one epoch are merged', () => known({ merge: (mine) => mine }, 'ours'));
  it('that who is behind is told', () => known({ answersWhoIsBehind: false }, 'ours'));
  it('that rings are repaired', () => known({ repair: ({ state }) => state }, 'ours'));
  it('that claims are restored', () => known({ restoreClaims: (state) => state }, 'mixed'));
  it('that somebody announces the ring again', () => known({ reannounces: () => false }, 'mixed'));
  it('that the first such announcement leaps', () => known({ reannounceStep: () => 8 }, 'late'));
  it('that a node that was stopped excuses the silence', () => known({ excuse: () => 0 }, 'ours'));
});

it('among nodes of the original alone it is not so either', () => {
  const [script] = fc.sample(ringScripts(fc.constant(Array(5).fill('original')), ['cut' as Trouble]), {
    numRuns: 1,
    seed: 1,
  });
  expect(runRing(script as RingScript)).not.toEqual([]);
});

describe('a member that says goodbye', () => {
  const missedFor = (rules: RingRules): number => {
    const simulation = new Simulation(5);
    const around = {
      simulation,
      bus: new Bus(new Network(simulation)),
      claims: new Map<string, string>(),
      epochs: new Map<string, number>(),
      heartbeatMs: 5_000,
      failureTimeoutMs: 15_000,
    };
    const nodes = ['a', 'b', 'c'].map((id) => new AgreeingNode(id, around, rules));
    simulation.run(60_000);
    nodes[2]?.leave();
    let ms = 0;
    for (; nodes[0]?.ring.state.members.has('c') || nodes[1]?.ring.state.members.has('c'); ms += 100) {
      simulation.run(60_000 + ms);
    }
    // It must stay away: who had not heard of it might put it back.
    simulation.run(60_000 + ms + 4_000);
    return nodes[0]?.ring.state.members.has('c') ? Number.POSITIVE_INFINITY : ms;
  };

  it('is out of every ring at once', () => {
    expect(missedFor(ringRules)).toBeLessThan(1_000);
  });

  it('would be missed only after the failure timeout if nobody understood', () => {
    expect(missedFor({ ...ringRules, leaver: () => undefined })).toBeGreaterThan(10_000);
  });
});
