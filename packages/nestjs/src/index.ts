import { AppConfig, type AppConfigOptions, ConfigError, connect, type Live, type StandardSchema } from '@cfg/client';
import {
  type DynamicModule,
  Inject,
  type InjectionToken,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';

/** The options of `connect()`, or a configuration that is connected already: that one remains the caller's to close. */
export type ConfigModuleOptions = AppConfigOptions | { readonly config: AppConfig };

/** Settings by a class, so that the class names their type and their place. Made by {@link settings}. */
export interface Settings<S extends StandardSchema> {
  readonly prefix: string;
  readonly schema: S;
  readonly token: InjectionToken<Live<S>>;
}

/**
 * Names the settings below a prefix, and their schema: give them to `ConfigModule.forFeature`, and inject them by
 * {@link LiveConfig}.
 *
 * @example
 * export const DbSettings = settings('db', z.object({ host: z.string(), pool: z.number().default(10) }));
 */
export function settings<S extends StandardSchema>(prefix: string, schema: S): Settings<S> {
  return { prefix, schema, token: Symbol(`live settings ${prefix}`) };
}

/**
 * Injects live settings: a `Live`, whose `current` is always the newest valid value, without a restart.
 *
 * @example
 * constructor(@LiveConfig(DbSettings) private readonly db: LiveOf<typeof DbSettings>) {}
 */
export function LiveConfig(of: Settings<StandardSchema>): PropertyDecorator & ParameterDecorator {
  return Inject(of.token);
}

/** The type of what {@link LiveConfig} injects. */
export type LiveOf<T> = T extends Settings<infer S> ? Live<S> : never;

const wrong = (why: string): ConfigError => new ConfigError('invalid_argument', why);

/** The resources that a module made and releases. */
class Release implements OnApplicationShutdown {
  readonly #release: () => unknown;

  constructor(release: () => unknown) {
    this.#release = release;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#release();
  }
}

/**
 * The configuration of a Nest app: `AppConfig` to inject everywhere, and live settings for the modules that ask for them.
 *
 * @example
 * @Module({ imports: [ConfigModule.forRoot({ namespace: 'payments' }), ConfigModule.forFeature(DbSettings)] })
 * export class AppModule {}
 */
export class ConfigModule {
  /** Once, in the root module. Connects before the app is ready, and is closed with it. */
  static forRoot(options: ConfigModuleOptions): DynamicModule {
    if (typeof options !== 'object' || options === null)
      throw wrong('ConfigModule.forRoot needs options, or { config }');
    const given = 'config' in options ? options.config : undefined;
    if ('config' in options && !(given instanceof AppConfig)) {
      throw wrong('option config must be what connect() or fakeConfig() returns');
    }
    const config: Provider = {
      provide: AppConfig,
      useFactory: () => given ?? connect(options as AppConfigOptions),
    };
    const release: Provider = {
      provide: Symbol('the end of the configuration'),
      inject: [AppConfig],
      useFactory: (made: AppConfig) => new Release(() => (given === undefined ? made.close() : undefined)),
    };
    return { module: ConfigModule, global: true, providers: [config, release], exports: [AppConfig] };
  }

  /** In each module that injects them. The app is ready once they all have a valid value, and fails to start where not. */
  static forFeature(...all: readonly Settings<StandardSchema>[]): DynamicModule {
    const isMade = (each: Settings<StandardSchema> | undefined): boolean => typeof each?.token === 'symbol';
    if (!all.every(isMade)) throw wrong('ConfigModule.forFeature takes what settings() returns');
    const providers = all.flatMap(({ prefix, schema, token }): Provider[] => [
      {
        provide: token,
        inject: [AppConfig],
        useFactory: async (config: AppConfig) => await config.live(prefix, schema),
      },
      {
        provide: Symbol(`the end of ${prefix}`),
        inject: [token],
        useFactory: (live: Live<StandardSchema>) => new Release(() => live.close()),
      },
    ]);
    return { module: class SettingsModule {}, providers, exports: all.map(({ token }) => token) };
  }
}
