// The packages that users install along with ours are free to use, run nothing while they are installed, and have no known hole.
import { run } from '../lib/process.mjs';
import { thirdParty } from '../lib/third-party.mjs';
import { bin } from '../lib/workspace.mjs';

/** Licences that ask for no more than to be kept beside the code. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** Whose install scripts are known to do nothing that is needed: with --ignore-scripts all works as well. */
const harmless = new Map([['protobufjs', 'only warns of version ranges; it comes with @grpc/grpc-js']]);

export default async function thirdPartyCheck() {
  const complaints = [];
  for (const { name, version, license, scripts, way } of thirdParty()) {
    const place = `${name}@${version} (${way.join(' → ')})`;
    if (!isAllowed(license)) complaints.push(`${place}: its licence is ${license}`);
    if (scripts.length > 0 && !harmless.has(name)) complaints.push(`${place}: runs ${scripts} when it is installed`);
  }
  const { note, ...holes } = await audit();
  return { complaints: [...complaints, ...holes.complaints], note };
}

/** Whether one of the licences that one may choose from is allowed; of those joined by AND, each. */
function isAllowed(license) {
  const choices = license.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((each) => allowed.has(each.trim())));
}

/** Known holes, if the registry can tell. */
async function audit() {
  const { code, output } = await run(bin('pnpm'), ['audit', '--prod', '--audit-level', 'high'], { timeoutMs: 60_000 });
  if (code === 0) return { complaints: [], note: '' };
  const isSilent = /ERR_PNPM_(AUDIT_ENDPOINT_NOT_EXISTS|AUDIT_BAD_RESPONSE|META_FETCH_FAIL)|ECONN|ENOTFOUND|EAI_AGAIN/;
  if (isSilent.test(output))
    return { complaints: [], note: 'known holes not looked for: the registry has no list of them' };
  return { complaints: [output], note: '' };
}
