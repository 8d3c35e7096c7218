// npm run licences: the packages of others that come along with ours, and their licences.
import { thirdParty } from './lib/third-party.mjs';

for (const { name, version, license } of thirdParty()) console.log(`${`${name}@${version}`.padEnd(56)} ${license}`);
