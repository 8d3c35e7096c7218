import { type CfgPluginOptions, cfgPlugin } from '@cfg/fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';

const Limits = z.object({
  perMinute: z.number().int().positive().default(60),
  message: z.string().default('slow down'),
});

/** The app. Its configuration is that of `options`: of a server, or in tests one that is given. */
export async function buildApp(options: CfgPluginOptions): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(cfgPlugin, options);
  const limits = await app.config.live('limits', Limits);

  let minute = 0;
  let count = 0;
  app.addHook('onRequest', async (_request, reply) => {
    const now = Math.floor(Date.now() / 60_000);
    count = now === minute ? count + 1 : 1;
    minute = now;
    // Read anew for each request: it costs as much as a property.
    if (count > limits.current.perMinute) return reply.code(429).send({ error: limits.current.message });
  });
  app.get('/', async () => ({ hello: app.config.peek('greeting/name')?.string() ?? 'world' }));
  await app.config.namespace.load('greeting/'); // so that `peek` knows every key of it
  return app;
}
