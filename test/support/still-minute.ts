// Lives through a minute with worlds in which nothing happens, side by side, and asks what each cost: statuses, Events, tries.
import { beforeAll, expect, it } from 'vitest';
import type { ControllerHandle } from './controller.ts';
import type { Story } from './story.ts';
import { untilQuiet } from './until-quiet.ts';

export interface StillWorld {
  readonly name: string;
  /** What it comes to: condition, status and reason. */
  readonly says: string;
  /** Without the wait for what it comes to. */
  readonly build: () => Promise<unknown>;
  /** Tries to write anything but status within the minute. */
  readonly tries?: number;
  /** Statuses within the minute. */
  readonly statuses?: number;
}

export interface StillMinute {
  readonly controller: ControllerHandle;
  readonly story: Story;
  readonly worlds: readonly StillWorld[];
  /** Called when the minute begins. */
  readonly begins?: () => void;
}

/** To be called within a `describe`: registers one test for each world. */
export function useStillMinute({ controller, story, worlds, begins }: StillMinute): void {
  const hasCome = async ({ name, says }: StillWorld): Promise<void> => {
    const [type = '', status, reason] = says.split(' ');
    await story.becomes(name, type, { status, reason });
  };
  beforeAll(async () => {
    for (const world of worlds) await world.build();
    for (const world of worlds) await hasCome(world);
    await untilQuiet(controller, story.bed);
    begins?.();
    for (let second = 0; second < 60; second += 1) {
      await controller.timers.elapse(1000);
      await controller.settled();
    }
  });

  it.each(worlds)('is quiet: $name, $says', async (world) => {
    const writes = writesOf(controller, world.name);
    const [statuses, emitted] = ['writeStatus', 'emit'].map((verb) =>
      writes.filter((each) => each.startsWith(verb)),
    );
    expect(emitted).toEqual([]);
    expect(statuses?.length).toBeLessThanOrEqual(world.statuses ?? 0);
    expect(writes.length - (statuses?.length ?? 0)).toBeLessThanOrEqual(world.tries ?? 0);
    await hasCome(world);
  });
}

/** Everything that was written for the world of that name. */
export function writesOf({ writes }: ControllerHandle, name: string): readonly string[] {
  return writes.filter((write) => /\/(?:meshscrape-)?([^/]+)$/.exec(write)?.[1] === name);
}
