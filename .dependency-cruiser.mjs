// The floors of the monorepo, checked over the import graph: a package imports only from lower floors, never from a
// sibling, nothing imports in a circle, and nothing imports what its package.json does not declare.
import { readdirSync, readFileSync } from 'node:fs';

/** From the ground up. A new package gets its place here first. */
const floors = [
  ['proto', 'core', 'grpc-door', 'rego'],
  ['sqlite', 'postgres', 'service', 'client', 'sqlownership', 'webhooks'],
  ['dashboard', 'authorizer-opa', 'secrets', 'testing', 'cli'],
  ['gateway', 'peersync', 'openfeature', 'fastify', 'nestjs'],
  ['server'],
];

const packages = readdirSync(new URL('packages', import.meta.url));
const homeless = packages.filter((name) => !floors.flat().includes(name));
if (homeless.length > 0)
  throw new Error(`.dependency-cruiser.mjs: no floor for packages/${homeless.join(', packages/')}`);

/** Our packages that only the tests of the package `name` may import. */
function developmentOnly(name) {
  const manifest = JSON.parse(readFileSync(new URL(`packages/${name}/package.json`, import.meta.url), 'utf8'));
  const ours = Object.keys(manifest.devDependencies ?? {}).filter((dependency) => dependency.startsWith('@cfg/'));
  const users = { ...manifest.dependencies, ...manifest.peerDependencies };
  return ours.filter((dependency) => !users[dependency]).map((full) => full.replace('@cfg/', ''));
}

const tests = String.raw`\.test\.ts$|/src/test/|/src/conformance/`;

export default {
  forbidden: [
    ...floors.flatMap((floor, index) =>
      floor.map((name) => ({
        name: `floor-${index}-${name}`,
        comment: `@cfg/${name} is on floor ${index}: it may import ${floors.slice(0, index).flat().join(', ') || 'no package of ours'}`,
        severity: 'error',
        from: { path: `^packages/${name}/` },
        to: {
          path: '^packages/',
          pathNot: [name, ...floors.slice(0, index).flat()].map((allowed) => `^packages/${allowed}/`),
        },
      })),
    ),
    {
      name: 'no-cycles',
      comment: 'A circle of imports, type imports included, hides which file stands on which',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'by-name',
      comment: 'Another package is imported by its name, never by a path into its folder',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/[^/]+/dist/'] },
    },
    {
      name: 'own-source',
      comment: 'A package imports its own source, not its own dist',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/$1/dist/' },
    },
    {
      name: 'resolvable',
      comment: 'Not found: built, installed, spelt right?',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'A package may import only what its package.json declares; tests, vitest as well',
      severity: 'error',
      from: { pathNot: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'declared-for-tests',
      comment: 'A package may import only what its package.json declares; tests, vitest as well',
      severity: 'error',
      from: { path: tests },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: '/node_modules/vitest/' },
    },
    {
      name: 'no-dev-dependency-outside-tests',
      comment: 'What users install must not need a devDependency',
      severity: 'error',
      from: { pathNot: tests },
      // A peer is there twice: its user brings it, and the tests need one.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
    // The same for packages of ours, whose kind of dependency the tool does not see.
    ...packages.flatMap((name) =>
      developmentOnly(name).map((dependency) => ({
        name: 'no-dev-dependency-outside-tests',
        comment: `@cfg/${name} declares @cfg/${dependency} for its tests only`,
        severity: 'error',
        from: { path: `^packages/${name}/`, pathNot: tests },
        to: { path: `^packages/${dependency}/` },
      })),
    ),
    {
      name: 'no-tests-outside-tests',
      comment: 'Published code must not import what only tests use',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: String.raw`\.test\.ts$|/src/test/` },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true, // type imports count too
    tsConfig: { fileName: 'tsconfig.base.json' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
