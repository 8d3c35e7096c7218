// Child processes whose output is kept until somebody wants it, and who never outlive the tool that started them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { environment, root } from './workspace.mjs';

/** How long a program that was told to end may take before it is killed. */
const graceMs = 5_000;

const running = new Set();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (running.size === 0 && process.listenerCount(signal) > 1) return; // start.mjs handles it
    const exit = () => process.exit(exitCodeOf(null, signal));
    const ended = [...running].map((child) => {
      end(child, signal);
      return once(child, 'close');
    });
    // nx ends what it started, and needs us to read on meanwhile.
    Promise.all(ended).then(exit, exit);
  });
}

function end(child, signal) {
  child.kill(signal);
  setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
}

/** The exit code of a process as a shell tells it: 128 + n when a signal ended it. */
export function exitCodeOf(code, signal) {
  return code ?? 128 + (constants.signals[signal] ?? 0);
}

/**
 * Runs a program to its end and keeps what it prints.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number }} [options] told to end after `timeoutMs`
 * @returns {Promise<{ code: number, output: string, stdout: string }>} `output` is stdout and stderr as they came
 */
export function run(command, args, { cwd = root, env = {}, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...environment, FORCE_COLOR: '0', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    let stdout = '';
    let timer;
    running.add(child);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => {
        output += `\n${command} was still running after ${timeoutMs / 1000} s and was ended\n`;
        end(child, 'SIGTERM');
      }, timeoutMs);
    }
    const settle = (code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output, stdout });
    };
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      settle(127);
    });
    child.on('close', (code, signal) => settle(exitCodeOf(code, signal)));
  });
}
