import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Value } from '@cfg/core';
import { describe, expect, it } from 'vitest';
import { mainFile } from '../test/program.js';
import { type Workplace, workplaces } from '../test/workplace.js';

const workplace = workplaces();

/** The candidates for the last word: words, or `:files`. Without the short limit for a server. */
async function completed({ prints }: Workplace, ...words: string[]): Promise<string[]> {
  const lines = (await prints('__complete', '--', '--timeout', '100s', ...words)).split('\n').slice(0, -1);
  return lines.map((line) => line.replace(/\t.*/, ''));
}

async function filled(): Promise<Workplace> {
  const place = await workplace();
  for (const key of ['db/host', 'db/pool', 'web/name']) await place.store.set('production', key, Value.of(1));
  await place.store.set('prod:eu', 'x', Value.of(1));
  await place.store.setAlias('short', 'db/host');
  return place;
}

describe('cfg completes', () => {
  it('commands and flags', async () => {
    const place = await workplace();
    expect(await completed(place, 'se')).toEqual(['search', 'set']);
    expect(await completed(place, '')).not.toContain('__complete');
    expect(await completed(place, 'alias', '')).toEqual(['list', 'get', 'set', 'delete', 'help']);
    expect(await completed(place, 'help', 'ali')).toEqual(['alias']);
    expect(await completed(place, 'get', '--at')).toEqual(['--at-revision', '--at-version']);
    expect(await completed(place, '-n', 'x', 'get', '--tls')).toEqual([
      ...['--tls-ca', '--tls-cert', '--tls-key', '--tls-fingerprint'],
    ]);
    expect(await completed(place, 'search', 'x', '--in', '')).toEqual(['keys', 'values']);
    expect(await completed(place, 'completion', 'z')).toEqual(['zsh']);
    expect(await completed(place, 'import', '')).toEqual([':files']);
    expect(await completed(place, '--tls-ca', '')).toEqual([':files']);
    expect(await completed(place, 'run', '--watch', '--', 'node', '')).toEqual([':files']);
    expect(await completed(place, 'no-such-command', '')).toEqual([]);
    expect(await completed(place, 'list', '--limit', '')).toEqual([]);
  });

  it('keys, namespaces, aliases and profiles', async () => {
    const place = await filled();
    expect(await completed(place, 'get', 'db/')).toEqual(['db/host', 'db/pool']);
    expect(await completed(place, 'get', '-n', 'prod:eu', '')).toEqual(['x']);
    expect(await completed(place, 'get', 'db/host', '')).toEqual([]);
    expect(await completed(place, 'run', '--prefix', 'w')).toEqual(['web/name']);
    expect(await completed(place, 'list', '-n', 'p')).toEqual(['prod:eu', 'production']);
    expect(await completed(place, '--namespace=prod:')).toEqual(['--namespace=prod:eu']);
    expect(await completed(place, 'namespaces', 'produ')).toEqual(['production']);
    expect(await completed(place, 'alias', 'delete', '')).toEqual(['short']);
    await place.prints('login', place.address, '--profile', 'work');
    expect(await completed(place, '--profile', '')).toEqual(['work']);
  });

  it('many keys part by part', async () => {
    const place = await workplace();
    for (let i = 0; i < 150; i += 1) await place.store.set('production', `app/group${i % 3}/k${i}`, Value.of(1));
    expect(await completed(place, 'get', '')).toEqual(['app/']);
    expect(await completed(place, 'get', 'app/')).toEqual(['app/group0/', 'app/group1/', 'app/group2/']);
    expect(await completed(place, 'get', 'app/group1/')).toHaveLength(50);
  });

  it('nothing, silently, where no server answers or the words are wrong', async () => {
    const place = await workplace({ env: {} });
    const nowhere = ['--address', 'http://127.0.0.1:1', '--timeout', '50ms'];
    const silent = { code: 0, stdout: '', stderr: '' };
    expect(await place.cfg('__complete', '--', ...nowhere, '-n', 'x', 'get', '')).toEqual(silent);
    expect(await place.cfg('__complete', '--', ...nowhere, 'get', '')).toEqual(silent);
    expect(await place.cfg('__complete', '--', '--address', 'nonsense', 'namespaces', '')).toEqual(silent);
    expect(await place.cfg('__complete', '--', '--timeout', 'soon', '--tls-ca', '/none', 'namespaces', '')).toEqual(
      silent,
    );
  });

  it('for the shells that it knows', async () => {
    const { cfg, prints } = await workplace();
    for (const shell of ['bash', 'zsh', 'fish']) {
      const file = new URL(`../../completion/cfg.${shell}`, import.meta.url);
      expect(await prints('completion', shell)).toBe(readFileSync(file, 'utf8'));
    }
    expect(await cfg('completion', 'tcsh')).toMatchObject({ code: 2, stdout: '' });
  });
});

/** Runs a shell's program, with `cfg` on its path, while this process serves. */
async function shell({ home, file, address }: Workplace, command: readonly string[]): Promise<string> {
  const path = file('bin/cfg', `#!/bin/sh\nexec '${process.execPath}' '${mainFile}' "$@"\n`);
  chmodSync(path, 0o755);
  const PATH = `${join(home, 'bin')}:${process.env.PATH}`;
  const env = { HOME: home, PATH, CFG_ADDRESS: address, CFG_NAMESPACE: 'production' };
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: home, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8')) printed += text;
  return printed;
}

const isHere = (name: string): boolean => spawnSync(name, ['-c', 'exit 0']).status === 0;

/** Does what bash does at a tab: fills in the line, and calls the function with the word that it has found. */
const atTab = (line: string, words: readonly string[]): string => `
  COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
  COMP_CWORD=${words.length - 1}; _cfg cfg '${words.at(-1)}' ''
  printf '[%s]' "\${COMPREPLY[@]}"; echo`;

describe('in the shell, a tab completes', () => {
  it.skipIf(!isHere('bash'))('words in bash, also after : and =', async () => {
    const place = await filled();
    const printed = await shell(place, [
      'bash',
      '-c',
      `eval "$(cfg completion bash)"; complete -p cfg
      ${atTab('cfg --timeout 100s get db/h', ['cfg', '--timeout', '100s', 'get', 'db/h'])}
      ${atTab('cfg --timeout 100s get -n prod:e', ['cfg', '--timeout', '100s', 'get', '-n', 'prod', ':', 'e'])}
      ${atTab('cfg --timeout 100s --namespace=produ', ['cfg', '--timeout', '100s', '--namespace', '=', 'produ'])}
      ${atTab('cfg completion ', ['cfg', 'completion', ''])}
      ${atTab('cfg get $(touch>evil)`touch>evil` x', ['cfg', 'get', 'x'])}
      ls evil 2> /dev/null`,
    ]);
    expect(printed.split('\n')).toEqual([
      'complete -F _cfg cfg',
      ...['[db/host]', '[eu]', '[production]', '[bash][zsh][fish]', '[]', ''],
    ]);
  });

  it.skipIf(!isHere('fish'))('words in fish', async () => {
    const place = await filled();
    const printed = await shell(place, [
      'fish',
      '-c',
      `cfg completion fish | source; complete -C 'cfg --timeout 100s get db/'; complete -C 'cfg completion z'`,
    ]);
    expect(printed.split('\n')).toEqual(['db/host', 'db/pool', 'zsh', '']);
  });

  it.skipIf(!isHere('zsh'))('words in zsh', async () => {
    const place = await filled();
    // `compadd` and `_describe` are of the line editor: here they print what they are given.
    const printed = await shell(place, [
      'zsh',
      '-f',
      '-c',
      `compdef() { }; _describe() { print -l -- \${(P)2} }; eval "$(cfg completion zsh)"
      words=(cfg --timeout 100s get db/); CURRENT=5; PREFIX=db/; _cfg
      words=(cfg completion z); CURRENT=3; PREFIX=z; _cfg`,
    ]);
    expect(printed.split('\n')).toEqual(['db/host', 'db/pool', 'zsh', '']);
  });
});
