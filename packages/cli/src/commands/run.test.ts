import { expect, it } from 'vitest';
import { workplaces } from '../test/workplace.js';

const workplace = workplaces();

const print =
  'console.log(JSON.stringify([process.env.DB_HOST, process.env._1ST, process.env.PASSWORD, process.env.LIST]))';
const stay = 'console.log("host", process.env.DB_HOST); setInterval(() => {}, 1000)';

it('cfg run gives values to a command as variables, and returns its exit code', async () => {
  const { cfg, prints } = await workplace();
  await prints('set', 'app/db-host', 'db1');
  await prints('set', 'app/1st', '1');
  await prints('set', 'app/password', '--codec', 'secret', 'hunter2');
  await prints('set', 'app/list', '[1, 2]');
  await prints('set', 'other', 'x');
  const script = `${print}; process.exit(process.env.OTHER === undefined ? 7 : 8)`;
  expect(await cfg('run', '--prefix', 'app/', '--', process.execPath, '-e', script)).toEqual({
    code: 7,
    stdout: '["db1","1","hunter2","[1, 2]"]\n',
    stderr: '',
  });
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('cfg run passes %s on', async (signal) => {
  const { start } = await workplace();
  const script = `process.on('${signal}', () => { console.log('got it'); process.exit(9) }); ${stay}`;
  await using program = start(['run', '--', process.execPath, '-e', script]);
  await program.printed('host');
  program.child.kill(signal);
  expect(await program.result()).toMatchObject({ code: 9, stdout: 'host undefined\ngot it\n' });
});

it('cfg run returns 128 and the number of the signal that ended the command', async () => {
  const { cfg } = await workplace();
  expect((await cfg('run', '--', process.execPath, '-e', 'process.kill(process.pid, "SIGKILL")')).code).toBe(137);
});

it('cfg run --watch starts the command again when a value has changed, and only then', async () => {
  const { start, prints, store } = await workplace();
  await prints('set', 'db-host', 'db1');
  await using program = start(['run', '--watch', '--', process.execPath, '-e', stay]);
  await program.printed('host db1');
  const value = (text: string) => ({ bytes: Buffer.from(text), codec: 'json', type: 'string' }) as const;
  await store.set('production', 'db-host', value('"db1"')); // the same again
  await store.set('production', 'db-host', value('"db2"'));
  await program.printed('host db2');
  await store.set('production', 'db/host', value('"db3"')); // clashes: the command goes on as it is
  await program.printed('are both the variable DB_HOST');
  await store.delete('production', 'db-host');
  await program.printed('host db3');
  program.child.kill('SIGTERM');
  expect(await program.result()).toMatchObject({ code: 143, stdout: 'host db1\nhost db2\nhost db3\n' });
});

it('cfg run --watch --signal tells the command, which goes on', async () => {
  const { start, prints, cfg } = await workplace();
  await prints('set', 'db-host', 'db1');
  const script = `process.on('SIGHUP', () => console.log('told')); ${stay}`;
  await using program = start(['run', '--watch', '--signal', 'SIGHUP', '--', process.execPath, '-e', script]);
  await program.printed('host db1');
  await prints('set', 'db-host', 'db2');
  await program.printed('told');
  await program.printed('the configuration has changed: SIGHUP to the command');
  program.child.kill('SIGTERM');
  expect(await program.result()).toMatchObject({ code: 143, stdout: 'host db1\ntold\n' });

  const command = ['--', process.execPath, '-e', ''];
  for (const [flags, message] of [
    [['--signal', 'SIGHUP'], '--signal needs --watch'],
    [['--watch', '--signal', 'HUP'], 'not the name of a signal'],
  ] as const) {
    const result = await cfg('run', ...flags, ...command);
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  }
});

it('cfg run says what it cannot run', async () => {
  const { cfg, prints } = await workplace();
  expect(await cfg('run', '--', '/no/such/program')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot run /no/such/program'),
  });
  await prints('set', 'a-b', '1');
  await prints('set', 'a.b', '1');
  const clash = await cfg('run', '--', process.execPath, '-e', print);
  expect(clash).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('a-b and a.b are both the variable A_B'),
  });
});
