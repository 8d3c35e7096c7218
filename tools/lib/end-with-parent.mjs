// Preloaded into the server by start.mjs: when start.mjs is gone, however it went, the server drains and ends too.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
