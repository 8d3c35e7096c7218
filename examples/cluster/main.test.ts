import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

it('tells of a claim, a death, a takeover and a return', { timeout: 600_000 }, async () => {
  const child = spawn(process.execPath, ['main.ts'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  let faults = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    faults += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  expect([...(await once(child, 'close')), faults]).toEqual([0, null, '']);
  const lines = told.trimEnd().split('\n');
  const expected = [
    /Three nodes are up.* each has found a, b and c\./,
    /b has claimed the namespace payments\. Written through c, payments\/limit is version 1\./,
    /a has claimed it: it moved there with its history\. Written through c again, it is version 2\./,
    /Asked through b, payments\/limit is 200\./,
    /a is killed/,
    /b and c have noticed/,
    /"namespace payments is held by a, who is gone: it is read-only until it is claimed"/,
    /orders\/limit, written through c, is version 1\./,
    /b has claimed payments/,
    /payments\/limit is 300/,
    /a is back.* gave way, and answers with what b has: 300\./,
    /All nodes have said goodbye\./,
  ];
  expect(lines).toEqual(expected.map((line) => expect.stringMatching(line)));
});
