// No hot loop for a controller that may not read something, on the real API server: it says so once, and is quiet.
import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStillMinute } from '../support/still-minute.ts';
import { useStory } from '../support/story.ts';

interface Rule {
  readonly resources: readonly string[];
}

const file = new URL('../../deploy/controller/cluster-role.yaml', import.meta.url);
const ROLE = load(readFileSync(file, 'utf8')) as KubeObject & { readonly rules: readonly Rule[] };

describe.each(['statefulsets', 'pods', 'configmaps', 'peerauthentications'])(
  'a minute of a controller without any permission on %s',
  (resource) => {
    const bed = useTestBed();
    const user = `still-without-${resource}`;
    const controller = useController({ kubeconfig: () => bed.kubeconfigFor(user) });
    const story = useStory(bed);
    const objects: readonly KubeObject[] = [
      {
        ...ROLE,
        metadata: { name: user },
        rules: ROLE.rules.filter(({ resources }) => !resources.includes(resource)),
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: user },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
      },
    ];
    beforeAll(async () => {
      for (const object of objects) await bed.api.create(object);
    });
    afterAll(async () => {
      for (const object of objects) await bed.api.delete(object);
    });
    const build = async (): Promise<void> => {
      await story.world(resource);
      await story.scrape(resource);
    };
    const says = 'Ready Unknown NotAuthorized';
    useStillMinute({ controller, story, worlds: [{ name: resource, says, build }] });
  },
);
