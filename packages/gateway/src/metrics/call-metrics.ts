import type { CallView, Outcome, Stage } from '@cfg/service';
import { Status } from 'nice-grpc-common';
import { durationBounds, Histogram } from './histogram.js';
import { metric, type Values } from './metric.js';

/** The counts of one method. Streams have no duration: they last as long as their clients like. */
interface MethodRecord {
  readonly name: string;
  readonly isStream: boolean;
  underWay: number;
  /** How many ended, by status. */
  readonly ended: Map<Status, number>;
  readonly durations: Histogram;
}

/** Counts the calls of a service, whatever door they come by. */
export class CallMetrics {
  readonly #records = new Map<string, MethodRecord>();

  readonly stage: Stage = {
    enter: (call: CallView): void => {
      this.#record(call.method).underWay += 1;
    },
    leave: (call: CallView, { status }: Outcome): void => {
      const record = this.#record(call.method);
      record.underWay -= 1;
      record.ended.set(status, (record.ended.get(status) ?? 0) + 1);
      if (!record.isStream) record.durations.note((performance.now() - call.startedMs) / 1_000);
    },
  };

  /** `cfg_calls_total{method,code}` */
  total(): Values {
    const values = this.#all().flatMap(({ name, ended }) =>
      [...ended].map(([status, value]) => ({ labels: { method: name, code: Status[status] }, value })),
    );
    return metric('cfg_calls_total', 'Calls that have ended', 'counter', values);
  }

  /** `cfg_calls_under_way{method}`; of Watch, the watchers. */
  underWay(): Values {
    const values = this.#all().map(({ name, underWay }) => ({ labels: { method: name }, value: underWay }));
    return metric('cfg_calls_under_way', 'Calls under way; of Watch, the watchers', 'gauge', values);
  }

  /** `cfg_call_duration_seconds{method}` */
  durations(): Values {
    const name = 'cfg_call_duration_seconds';
    const values = this.#all().flatMap(({ name: method, isStream, durations }) =>
      isStream ? [] : durations.values(name, { method }),
    );
    return metric(name, 'How long calls took, streams apart', 'histogram', values);
  }

  #record(path: string): MethodRecord {
    let record = this.#records.get(path);
    if (record === undefined) {
      // The paths are those of methods that the server has, never what a caller makes up.
      const name = path.slice(path.lastIndexOf('.') + 1);
      record = {
        name,
        isStream: name.endsWith('/Watch'),
        underWay: 0,
        ended: new Map(),
        durations: new Histogram(durationBounds),
      };
      this.#records.set(path, record);
    }
    return record;
  }

  #all(): readonly MethodRecord[] {
    return [...this.#records.values()];
  }
}
