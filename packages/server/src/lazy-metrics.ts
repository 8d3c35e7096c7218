import { createMetrics, type Metrics, type MetricsOptions } from '@cfg/gateway';
import type { CallView, HttpHandler, Stage } from '@cfg/service';

/** Metrics that begin when somebody first asks for them, and cost calls next to nothing before. */
export class LazyMetrics {
  readonly #options: MetricsOptions;
  readonly #whenMade: ((metrics: Metrics) => void)[] = [];
  /** Calls that are counted: those that began earlier are not. */
  readonly #entered = new WeakSet<CallView>();
  #metrics: Metrics | undefined;

  constructor(options: MetricsOptions) {
    this.#options = options;
  }

  /** For the service: sees the calls of every door. */
  readonly stage: Stage = {
    enter: (call) => {
      if (this.#metrics === undefined) return undefined;
      this.#entered.add(call);
      return this.#metrics.stage.enter?.(call);
    },
    leave: (call, outcome) => {
      if (this.#metrics !== undefined && this.#entered.has(call)) this.#metrics.stage.leave?.(call, outcome);
    },
  };

  /** Serves them on `GET /metrics`. */
  readonly handler: HttpHandler = (request, response, next) => this.begin().handler(request, response, next);

  /** Calls back when they begin, or now. */
  whenMade(callback: (metrics: Metrics) => void): void {
    if (this.#metrics === undefined) this.#whenMade.push(callback);
    else callback(this.#metrics);
  }

  begin(): Metrics {
    if (this.#metrics === undefined) {
      this.#metrics = createMetrics(this.#options);
      for (const callback of this.#whenMade) callback(this.#metrics);
    }
    return this.#metrics;
  }
}
