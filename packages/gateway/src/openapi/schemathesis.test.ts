import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../index.js';
import { type OpenDoor, openDoor } from '../test/doors.js';

/* schemathesis, of PyPI, makes requests of the document and holds the answers against it. `CFG_SCHEMATHESIS` says where it is. */

const run = promisify(execFile);
const program = process.env.CFG_SCHEMATHESIS ?? 'schemathesis';
const isInstalled = await run(program, ['--version']).then(
  () => true,
  () => false,
);

describe.skipIf(!isInstalled)('schemathesis (not installed everywhere)', () => {
  let opened: OpenDoor;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cfg-schemathesis-'));
    opened = await openDoor('in process', { gateway: { metrics: createMetrics(), flags: { namespace: 'flags' } } });
  });

  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds no answer that is not as the document says, and no fault of the server', async () => {
    const checks = [
      ...['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance'],
      ...['response_schema_conformance', 'unsupported_method', 'allow_header_conformance'],
    ];
    const options = [
      ...['run', `${opened.url}/openapi.json`, '--phases', 'coverage,fuzzing', '--checks', checks.join()],
      ...['--max-examples', '20', '--seed', '14', '--no-color'],
      // A stream has no end, and this server is in no cluster: 501.
      ...['--exclude-operation-id', 'watch', '--exclude-tag', 'ConfigCluster'],
    ];
    const { output } = await run(program, options, { cwd: folder, maxBuffer: 64 * 2 ** 20 }).then(
      ({ stdout }) => ({ output: stdout }),
      ({ stdout, message }: Error & { stdout?: string }) => ({ output: `${stdout ?? ''}${message}` }),
    );
    expect(/Tested: +\d\d/.test(output), output.slice(-2_000)).toBe(true);
    const failures = output.indexOf('= FAILURES =');
    expect(failures < 0 ? '' : output.slice(failures, failures + 3_000)).toBe('');
    expect(/^(Failures|Errors):/m.exec(output)?.[0]).toBeUndefined();
  }, 600_000);
});
