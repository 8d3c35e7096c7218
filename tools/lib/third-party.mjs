// The packages of others that users install along with ours.
import { closureOf } from './closure.mjs';
import { projects } from './workspace.mjs';

/**
 * @returns {{ name: string, version: string, license: string, scripts: string[], way: string[] }[]} in order of their
 *   names: the licence as the package tells it, `scripts` that npm would run when it installs the package, `way` from one
 *   of our packages to it
 */
export function thirdParty() {
  const found = new Map();
  for (const { name: ours, dir } of projects('packages')) {
    for (const [name, { way, manifest }] of closureOf(dir)) {
      const { version, license, licenses, scripts = {} } = manifest;
      const key = `${name}@${version}`;
      if (name.startsWith('@cfg/') || found.has(key)) continue;
      found.set(key, {
        name,
        version,
        license: license?.type ?? license ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none told',
        scripts: ['preinstall', 'install', 'postinstall'].filter((script) => script in scripts),
        way: [ours, ...way],
      });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
