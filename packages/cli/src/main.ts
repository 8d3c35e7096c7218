#!/usr/bin/env node
// The program cfg. An older Node.js would fail at an import, so it is told before anything is imported.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`cfg needs Node.js 22.13 or later; this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  // `cfg list | head` has what it wants: that is no failure. It may come to light only after the last line was written.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
  const { run } = await import('./program/run.js');
  process.exitCode = await run(process.argv.slice(2), process.env);
}

export {};
