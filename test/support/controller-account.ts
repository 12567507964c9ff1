// An account for a test's controller with the permissions of deploy/, of which some are taken away.
import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { untilPermitted } from '../../testbed/api/install.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { TestBed } from './control-plane.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface ControllerAccount {
  readonly kubeconfig: () => string;
  /** It has every permission of deploy/ but those on these resources from now on, or but a verb: `patch statefulsets`. */
  readonly permitAllBut: (...resources: readonly string[]) => Promise<void>;
}

const FILE = new URL('../../deploy/controller/cluster-role.yaml', import.meta.url);
const ROLE = load(readFileSync(FILE, 'utf8')) as KubeObject & { readonly rules: readonly Rule[] };

/** To be called before the controller; starts without any permission on `resources`, or without one verb of them. */
export function useControllerAccount(bed: TestBed, ...resources: readonly string[]): ControllerAccount {
  const user = `controller-of-${bed.namespace}`;
  const role = (without: readonly string[]): KubeObject => ({
    ...ROLE,
    metadata: { name: user },
    rules: ROLE.rules
      .filter((rule) => !rule.resources.some((resource) => without.includes(resource)))
      .map((rule) => ({
        ...rule,
        verbs: rule.verbs.filter((verb) =>
          rule.resources.every((resource) => !without.includes(`${verb} ${resource}`)),
        ),
      })),
  });
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
  const takesEffect = async (without: readonly string[]): Promise<void> => {
    for (const { apiGroups, resources: ofRule } of ROLE.rules) {
      for (const resource of ofRule.filter((each) => !each.includes('/'))) {
        const permission = { user, verb: 'list', group: apiGroups[0] ?? '', resource };
        // The whole role takes effect at once, so one permission shows it, and each that was taken away.
        if (resource === 'prometheusistioscrapes') await untilPermitted(bed.api, permission);
        else if (without.includes(resource)) await untilPermitted(bed.api, permission, false);
        const verbs = without.flatMap((each) =>
          each.endsWith(` ${resource}`) ? [each.split(' ')[0] ?? ''] : [],
        );
        for (const verb of verbs) await untilPermitted(bed.api, { ...permission, verb }, false);
      }
    }
  };
  beforeAll(async () => {
    for (const object of [role(resources), binding]) await bed.api.create(object);
    await takesEffect(resources);
  });
  afterAll(async () => {
    for (const object of [role(resources), binding]) await bed.api.delete(object);
  });
  return {
    kubeconfig: () => bed.kubeconfigFor(user),
    permitAllBut: async (...without) => {
      await bed.api.replace(role(without));
      await takesEffect(without);
    },
  };
}
