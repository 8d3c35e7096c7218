import { expect, test } from 'vitest';
import { descriptors } from './descriptors.js';
import { ConfigClusterDefinition, ConfigOperationsDefinition, ConfigServiceDefinition } from './gen/services.js';
import { httpRules } from './http-rules.js';

test('the routes are those of the contract', () => {
  const keys = '/v1/namespaces/{namespace}/keys';
  const cluster = '/v1/cluster/namespaces/{namespace}';
  expect(httpRules().map(({ name, verb, path, body }) => [name, verb, path, body])).toEqual([
    ['getCluster', 'GET', '/v1/cluster', undefined],
    ['claimNamespace', 'POST', `${cluster}/claim`, '*'],
    ['unclaimNamespace', 'POST', `${cluster}/unclaim`, '*'],
    ['get', 'GET', `${keys}/{key}`, undefined],
    ['set', 'POST', `${keys}/{key}`, '*'],
    ['delete', 'DELETE', `${keys}/{key}`, undefined],
    ['list', 'GET', keys, undefined],
    ['getVersions', 'GET', `${keys}/{key}/versions`, undefined],
    ['snapshot', 'GET', '/v1/namespaces/{namespace}/snapshot', undefined],
    ['checkAccess', 'GET', '/v1/namespaces/{namespace}/access', undefined],
    ['setAlias', 'PUT', '/v1/aliases/{alias}', '*'],
    ['deleteAlias', 'DELETE', '/v1/aliases/{alias}', undefined],
    ['getAlias', 'GET', '/v1/aliases/{alias}', undefined],
    ['listAliases', 'GET', '/v1/aliases', undefined],
    ['listCodecs', 'GET', '/v1/codecs', undefined],
    ['listNamespaces', 'GET', '/v1/namespaces', undefined],
    ['batch', 'POST', '/v1/namespaces/{namespace}/batch', '*'],
    ['restore', 'POST', '/v1/namespaces/{namespace}/restore', '*'],
    ['listAudit', 'GET', '/v1/audit', undefined],
    ['search', 'GET', '/v1/search', undefined],
  ]);
});

test('a rule names its method, service and types', () => {
  expect(httpRules().find((rule) => rule.name === 'getVersions')).toEqual({
    method: 'config.v1.ConfigService.GetVersions',
    service: 'config.v1.ConfigService',
    name: 'getVersions',
    verb: 'GET',
    path: '/v1/namespaces/{namespace}/keys/{key}/versions',
    body: undefined,
    requestType: 'config.v1.GetVersionsRequest',
    responseType: 'config.v1.GetVersionsResponse',
    responseStream: false,
  });
  expect(httpRules().find((rule) => rule.name === 'restore')).toMatchObject({
    service: 'config.v1.ConfigOperations',
    requestType: 'config.v1.RestoreRequest',
    responseType: 'config.v1.BatchResponse',
  });
});

const definitions: Readonly<Record<string, object>> = {
  'config.v1.ConfigService': ConfigServiceDefinition,
  'config.v1.ConfigOperations': ConfigOperationsDefinition,
  'config.v1.ConfigCluster': ConfigClusterDefinition,
};

test.each(httpRules().map((rule) => [rule.method, rule] as const))(
  '%s is in a definition and has its path variables',
  (_, rule) => {
    expect(Object.keys(definitions[rule.service] ?? {})).toContain(rule.name);
    const fields = descriptors()
      .getMessage(rule.requestType)
      ?.fields.map((field) => field.name);
    for (const [, variable] of rule.path.matchAll(/\{([^}]*)\}/g)) expect(fields).toContain(variable);
  },
);

test('the rules are read once and cannot be changed', () => {
  expect(httpRules()).toBe(httpRules());
  expect(Object.isFrozen(httpRules())).toBe(true);
  expect(httpRules().every((rule) => Object.isFrozen(rule))).toBe(true);
});
