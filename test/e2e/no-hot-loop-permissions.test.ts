// No hot loop for a controller that may not read something, on the real API server: it says so once, and is quiet.
import { describe } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useControllerAccount } from '../support/controller-account.ts';
import { useStillMinute } from '../support/still-minute.ts';
import { useStory } from '../support/story.ts';

describe.each(['statefulsets', 'pods', 'configmaps', 'peerauthentications'])(
  'a minute of a controller without any permission on %s',
  (resource) => {
    const bed = useTestBed();
    const { kubeconfig } = useControllerAccount(bed, resource);
    const controller = useController({ kubeconfig });
    const story = useStory(bed);
    const build = async (): Promise<void> => {
      await story.world(resource);
      await story.scrape(resource);
    };
    const says = 'Ready Unknown NotAuthorized';
    useStillMinute({ controller, story, worlds: [{ name: resource, says, build }] });
  },
);
