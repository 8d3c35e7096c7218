// The server that both examples protect: a configuration server in memory, with its REST API and its dashboard.
import { MemoryStore } from '@cfg/core';
import { createDashboard, type DashboardAuth, sessionGuard } from '@cfg/dashboard';
import { createInProcessGateway } from '@cfg/gateway';
import { createConfigService, type HttpHandler, rbac } from '@cfg/service';

/** Who may do what. A user's roles come from the sign-in, as `claims.roles`. */
const policy = rbac({
  roles: {
    admin: [{ actions: ['*'] }],
    reader: [{ actions: ['read', 'list', 'watch'] }],
  },
});

/** Mount it last: the dashboard below `/dashboard/`, the API below `/v1`. */
export async function configServer(auth: DashboardAuth): Promise<HttpHandler[]> {
  const store = new MemoryStore();
  await store.connect();
  const guard = sessionGuard(auth, policy);
  const gateway = createInProcessGateway(createConfigService(store, { guard }));
  return [createDashboard({ auth, guard }).handler, gateway.handler];
}
