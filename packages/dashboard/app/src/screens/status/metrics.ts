/** One value of a metric. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus' text format. */
export function parseMetrics(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line): Sample[] => {
    const [, name = '', inner = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name === '') return [];
    const labels = [...inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', written = '']) => [
      label,
      written.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ]);
    return [{ name, labels: Object.fromEntries(labels), value: Number(value) }];
  });
}

/** The measurements at a moment. */
export interface Measured {
  readonly at: number;
  readonly samples: readonly Sample[];
}

export const sum = (samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number =>
  samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((total, { value }) => total + value, 0);

/** A metric's only value; undefined: it is not measured. */
export const gauge = (samples: readonly Sample[], name: string): number | undefined =>
  samples.find((sample) => sample.name === name)?.value;

export interface CallRow {
  readonly method: string;
  readonly total: number;
  readonly failed: number;
  readonly underWay: number;
  /** Calls per second since the look before; undefined: there was none. */
  readonly perSecond: number | undefined;
  /** How long a call took on average since the look before, in milliseconds; undefined: none ended, or it is a stream. */
  readonly meanMs: number | undefined;
}

/** A caller who has heard enough, as a page that is closed, has not failed. */
const fine = ['OK', 'CANCELLED'];

/** The rates of the methods, the busiest first. */
export function callRows(now: Measured, before: Measured | undefined): readonly CallRow[] {
  const methods = new Set(now.samples.flatMap(({ labels }) => labels.method ?? []));
  const rows = [...methods].map((method): CallRow => {
    const of = (samples: readonly Sample[], name: string) => sum(samples, name, { method });
    const total = of(now.samples, 'cfg_calls_total');
    const seconds = before && (now.at - before.at) / 1_000;
    const since = (name: string) => of(now.samples, name) - (before ? of(before.samples, name) : 0);
    const count = since('cfg_call_duration_seconds_count');
    return {
      method: method.replace(/^.*\//, ''),
      total,
      failed: total - fine.reduce((all, code) => all + sum(now.samples, 'cfg_calls_total', { method, code }), 0),
      underWay: of(now.samples, 'cfg_calls_under_way'),
      perSecond: seconds && seconds > 0 ? since('cfg_calls_total') / seconds : undefined,
      meanMs: before && count > 0 ? (since('cfg_call_duration_seconds_sum') / count) * 1_000 : undefined,
    };
  });
  return rows.sort((a, b) => (b.perSecond ?? 0) - (a.perSecond ?? 0) || b.total - a.total);
}
