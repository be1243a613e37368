import type { Store } from '../core/store.ts';

const ROWS_AT_ONCE = 100;

/**
 * Moves events from the store to the broker, one after another in the order of their numbers, and forgets each
 * only when the broker has it. After a crash some go out twice, with the same id and number.
 */
export class OutboxPump {
  private readonly store: Store;
  private readonly publish: (topic: string, json: string) => Promise<void>;
  private readonly onError: (error: unknown) => void;
  private readonly mayPublish: () => boolean;
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = false;

  constructor(
    store: Store,
    publish: (topic: string, json: string) => Promise<void>,
    onError: (error: unknown) => void,
    /** Of several gateways on one store one publishes at a time, so that events keep their order. */
    mayPublish: () => boolean = () => true,
  ) {
    this.store = store;
    this.publish = publish;
    this.onError = onError;
    this.mayPublish = mayPublish;
  }

  /** Resolves when the outbox is empty or the broker does not take more. */
  pump(): Promise<void> {
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (this.again) {
        this.again = false;
        while (await this.publishSome());
      }
    } catch (error) {
      this.onError(error);
    }
  }

  /** True when there may be more. */
  private async publishSome(): Promise<boolean> {
    if (!this.mayPublish()) return false;
    const rows = await this.store.outbox(ROWS_AT_ONCE);
    const taken: number[] = [];
    for (const { id, topic, json } of rows) {
      if (this.stopped) break;
      try {
        await this.publish(topic, json);
      } catch {
        break;
      }
      taken.push(id);
    }
    if (taken.length > 0) await this.store.published(taken);
    return rows.length > 0 && taken.length === rows.length;
  }
}
