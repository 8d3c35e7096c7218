import type { Metrics } from '@cfg/gateway';
import type { WatchLimit } from '@cfg/service';
import type { OpenAudit } from './audit-choice.js';
import type { Door } from './door.js';
import type { OpenWebhooks } from './webhooks-choice.js';

/** The metrics of a server. */
export interface Measured {
  readonly doors: Readonly<Record<string, Door>>;
  readonly watches: WatchLimit;
  readonly audit: OpenAudit | undefined;
  readonly webhooks: OpenWebhooks | undefined;
}

/** Adds what only the composed server has to the metrics. */
export function measure(metrics: Metrics, { doors, watches, audit, webhooks }: Measured): void {
  const each = Object.entries(doors);
  metrics.add('cfg_connections', 'Connections that are open', 'gauge', () =>
    each.flatMap(([door, { metrics: read }]) => (read ? [{ labels: { door }, value: read().connections }] : [])),
  );
  metrics.add('cfg_limits_reached_total', 'How often a limit was reached, by door and limit', 'counter', () => [
    ...each.flatMap(([door, { metrics: read }]) =>
      Object.entries(read?.().limits ?? {}).map(([limit, value]) => ({ labels: { door, limit }, value })),
    ),
    { labels: { door: 'all', limit: 'watchesPerClient' }, value: watches.refused },
  ]);
  if (audit !== undefined) {
    metrics.add('cfg_audit_events_total', 'Events for the audit, by what became of them', 'counter', () =>
      Object.entries(audit.stage.stats).map(([outcome, value]) => ({ labels: { outcome }, value })),
    );
  }
  if (webhooks !== undefined) measureWebhooks(metrics, webhooks);
}

const states = ['waiting', 'delivering', 'failing', 'dead'] as const;

function measureWebhooks(metrics: Metrics, { status }: OpenWebhooks): void {
  const each = (read: (target: ReturnType<typeof status>[number]) => number) => () =>
    status().map((target) => ({ labels: { target: target.target }, value: read(target) }));
  metrics.add('cfg_webhook_state', '1 for the state that a target is in', 'gauge', () =>
    status().flatMap(({ target, state }) =>
      states.map((each) => ({ labels: { target, state: each }, value: Number(state === each) })),
    ),
  );
  const revision = each((target) => target.revision);
  metrics.add('cfg_webhook_revision', 'A target has every change up to this revision', 'gauge', revision);
  metrics.add(
    'cfg_webhook_delivered_total',
    'Messages that arrived',
    'counter',
    each((target) => target.delivered),
  );
  metrics.add(
    'cfg_webhook_failed_total',
    'Attempts that failed',
    'counter',
    each((target) => target.failed),
  );
  metrics.add(
    'cfg_webhook_gaps_total',
    'Times that changes were lost',
    'counter',
    each((target) => target.gaps),
  );
}
