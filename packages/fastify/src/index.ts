import { AppConfig, type AppConfigOptions, ConfigError, connect } from '@cfg/client';
import type { FastifyInstance, FastifyPluginAsync, RegisterOptions } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    /** The app's configuration, once the plugin is registered. */
    readonly config: AppConfig;
  }
}

/** The options of `connect()`, or a configuration that is connected already: that one remains the caller's to close. */
export type CfgPluginOptions = AppConfigOptions | { readonly config: AppConfig };

const plugin: FastifyPluginAsync<CfgPluginOptions> = async (app: FastifyInstance, options) => {
  if ('config' in options) {
    const { config } = options;
    if (!(config instanceof AppConfig)) {
      throw new ConfigError('invalid_argument', 'option config must be what connect() or fakeConfig() returns');
    }
    app.decorate('config', config);
    return;
  }
  // Fastify's own options of a registration come along.
  const { prefix: _, logLevel: __, logSerializers: ___, ...own } = options as AppConfigOptions & RegisterOptions;
  const config = await connect(own);
  app.decorate('config', config);
  app.addHook('onClose', () => config.close());
};

/**
 * Adds `app.config`, connected before the app is ready and closed with it.
 *
 * @example
 * const app = fastify();
 * await app.register(cfgPlugin, { namespace: 'payments' });
 * const limits = await app.config.live('limits', z.object({ perMinute: z.number().default(60) }));
 * app.get('/limits', () => limits.current);
 */
export const cfgPlugin: FastifyPluginAsync<CfgPluginOptions> = fastifyPlugin(plugin, {
  name: '@cfg/fastify',
  fastify: '5.x',
});
