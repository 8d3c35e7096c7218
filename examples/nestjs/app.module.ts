import { ConfigModule, type ConfigModuleOptions, LiveConfig, type LiveOf, settings } from '@cfg/nestjs';
import { Controller, type DynamicModule, Get, Inject, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { z } from 'zod';

/** The keys `greeting/name` and `greeting/pool`. */
const GreetingSettings = settings(
  'greeting',
  z.object({ name: z.string().default('world'), pool: z.number().int().min(1).default(2) }),
);

/** Something that has a size, and another one while the app runs. */
@Injectable()
class Pool implements OnModuleDestroy {
  size: number;
  readonly #following: Disposable;

  constructor(@LiveConfig(GreetingSettings) live: LiveOf<typeof GreetingSettings>) {
    this.size = live.current.pool;
    this.#following = live
      .pick(({ pool }) => pool)
      .on('change', ({ current }) => {
        this.size = current;
      });
  }

  onModuleDestroy(): void {
    this.#following[Symbol.dispose]();
  }
}

@Controller()
class GreetingController {
  readonly #greeting: LiveOf<typeof GreetingSettings>;
  readonly #pool: Pool;

  constructor(@LiveConfig(GreetingSettings) greeting: LiveOf<typeof GreetingSettings>, @Inject(Pool) pool: Pool) {
    this.#greeting = greeting;
    this.#pool = pool;
  }

  @Get()
  hello(): { hello: string; pool: number } {
    return { hello: this.#greeting.current.name, pool: this.#pool.size };
  }
}

@Module({
  imports: [ConfigModule.forFeature(GreetingSettings)],
  controllers: [GreetingController],
  providers: [Pool],
})
class GreetingModule {}

/** The app. Its configuration is that of `options`: of a server, or in tests one that is given. */
export function appModule(options: ConfigModuleOptions): DynamicModule {
  return { module: class AppModule {}, imports: [ConfigModule.forRoot(options), GreetingModule] };
}
