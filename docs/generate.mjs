// What the site has that is written elsewhere: the packages' READMEs, their API from docstrings, the HTTP API.
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { writeHttpPage } from './build/http.mjs';
import { writePackagePages } from './build/packages.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

writePackagePages(`${here}packages`);
await writeHttpPage(`${here}reference/http.md`);

process.chdir(here); // where typedoc.json is
const typedoc = await Application.bootstrapWithPlugins();
const project = await typedoc.convert();
if (project === undefined) throw new Error('the API could not be read');
await typedoc.generateOutputs(project);
if (typedoc.logger.hasErrors()) process.exit(1);
