import type { Api } from './api.ts';

const why = (comment: string) => ({ comment });

/** The data of a team's server: a shop in three stages. */
export async function fillDemo(api: Api): Promise<void> {
  for (const stage of ['dev', 'stage', 'prod']) {
    const ns = `shop:${stage}`;
    const isProd = stage === 'prod';
    await api.set(ns, 'app/db/host', `db.${stage}.shop.internal`);
    await api.set(
      ns,
      'app/db/pool',
      { min: 2, max: isProd ? 40 : 8, idleTimeoutMs: 30_000 },
      why('Load test of 12 May'),
    );
    await api.set(ns, 'app/db/password', 's3cr3t-pass', { codec: 'secret' });
    await api.set(ns, 'app/http/timeout-ms', isProd ? 2_500 : 10_000);
    await api.set(ns, 'app/http/cors', { origins: [`https://${stage}.shop.example`], credentials: true, maxAgeS: 600 });
    await api.set(ns, 'app/banner', isProd ? '' : `This is ${stage}`);
    await api.set(ns, 'features/checkout-v2', !isProd, why('Off in production until the tax report is right'));
    await api.set(ns, 'features/gift-cards', true);
    await api.set(ns, 'features/search-boost', 1.35);
    await api.set(ns, 'limits/rate', 'perMinute: 600\nburst: 50\nexempt:\n  - health\n  - metrics\n', {
      codec: 'yaml',
    });
    await api.set(ns, 'limits/uploads', 'max-bytes = 5_242_880\ntypes = ["image/png", "image/jpeg"]\n', {
      codec: 'toml',
    });
    await api.set(ns, 'mail/sender', 'Shop <hello@shop.example>');
    await api.set(ns, 'mail/smtp', { host: 'smtp.shop.internal', port: 587, tls: true });
  }
  await api.set('shop:dev', 'features/dark-mode', true);
  await api.set('shop:prod', 'maintenance/notice', 'Back at 6:00', { ttl: '5400s', comment: 'Only for tonight' });
  for (const max of [24, 32, 36, 40]) {
    await api.set('shop:prod', 'app/db/pool', { min: 2, max, idleTimeoutMs: 30_000 }, why(`Pool to ${max}`));
  }
  for (const ns of ['billing:prod', 'billing:stage', 'search', 'platform', 'mobile:ios', 'mobile:android']) {
    await api.set(ns, 'app/name', ns);
  }
  await api.call('PUT', '/v1/aliases/db-pool', { target: 'app/db/pool' });
}
