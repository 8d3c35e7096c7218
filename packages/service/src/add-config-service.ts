import { ConfigOperationsDefinition, ConfigServiceDefinition, fileDescriptorSet } from '@cfg/proto';
import type { Server } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { type ConfigService, serviceNames } from './config-service.js';
import { healthImplementation } from './health.js';

/**
 * Adds to `server` the service and all that belongs to it: the second service, health checks (which need no credential)
 * and reflection. Use it after `server.use(service.middleware)`, before `listen`.
 */
export function addConfigService(server: Pick<Server, 'add'>, service: ConfigService): void {
  server.add(ConfigServiceDefinition, service);
  server.add(ConfigOperationsDefinition, service.operations);
  server.add(HealthDefinition, healthImplementation(service));
  const described = [...serviceNames, HealthDefinition.fullName];
  server.add(ServerReflectionService, ServerReflection(fileDescriptorSet(), described));
}
