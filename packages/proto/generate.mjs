// Writes src/gen from ../../proto: the messages by ts-proto, and the file descriptor set that the JSON mapping and the
// HTTP routes are read from. Generated code is built, never committed; nx caches it by the content of proto/.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = `${here}src/gen`;
const proto = fileURLToPath(new URL('../../proto', import.meta.url));
const bin = (name) => `${here}node_modules/.bin/${name}`;
const buf = (...args) =>
  execFileSync(bin('buf'), args, {
    cwd: here,
    stdio: ['ignore', 'inherit', 'inherit'],
  });

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const template = {
  version: 'v2',
  plugins: [
    {
      local: bin('protoc-gen-ts_proto'),
      out: 'src/gen',
      opt: [
        'esModuleInterop=true',
        'importSuffix=.js',
        'forceLong=number',
        'useDate=false',
        'enumsAsLiterals=true',
        'outputServices=false',
        'outputJsonMethods=false',
        'useExactTypes=false',
        'unrecognizedEnum=false',
        'snakeToCamel=keys',
      ],
    },
  ],
};
buf('generate', proto, '--template', JSON.stringify(template), '--path', `${proto}/config`);
buf('build', proto, '--path', `${proto}/config`, '-o', 'src/gen/descriptor.binpb');

const set = readFileSync(`${out}/descriptor.binpb`).toString('base64');
writeFileSync(
  `${out}/descriptor.ts`,
  `/** The serialized google.protobuf.FileDescriptorSet of config.proto and what it imports, in base64. */\nexport const fileDescriptorSetBase64: string =\n  '${set}';\n`,
);
rmSync(`${out}/descriptor.binpb`);
