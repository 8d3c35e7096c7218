import { ConfigOperationsDefinition, ConfigServiceDefinition, fileDescriptorSet } from '@cfg/proto';
import type { Server } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { type ConfigService, serviceNames } from './config-service.js';
import { healthImplementation } from './health.js';

const health = `/${HealthDefinition.fullName}`;
const healthMethods = {
  check: { path: `${health}/Check`, responseStream: false },
  watch: { path: `${health}/Watch`, responseStream: true },
};

/**
 * Adds to `server` the service and all that belongs to it: the second service, health checks (which need no credential)
 * and reflection, each within the service's stages. Call it before `listen`.
 *
 * @example
 * const server = createServer();
 * addConfigService(server, createConfigService(store, { guard }));
 * await server.listen('127.0.0.1:9090');
 */
export function addConfigService(server: Pick<Server, 'add'>, service: ConfigService): void {
  server.add(ConfigServiceDefinition, service);
  server.add(ConfigOperationsDefinition, service.operations);
  server.add(HealthDefinition, service.within(healthMethods, healthImplementation(service)));
  const described = [...serviceNames, HealthDefinition.fullName];
  const reflection = ServerReflection(fileDescriptorSet(), described);
  server.add(ServerReflectionService, service.within(ServerReflectionService, reflection));
}
