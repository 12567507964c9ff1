// An account for a test's controller with the permissions of deploy/, of which some are taken away.
import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { TestBed } from './control-plane.ts';

interface Rule {
  readonly resources: readonly string[];
}

export interface ControllerAccount {
  readonly kubeconfig: () => string;
  /** It has every permission of deploy/ but those on these resources from now on. */
  readonly permitAllBut: (...resources: readonly string[]) => Promise<void>;
}

const FILE = new URL('../../deploy/controller/cluster-role.yaml', import.meta.url);
const ROLE = load(readFileSync(FILE, 'utf8')) as KubeObject & { readonly rules: readonly Rule[] };

/** To be called before the controller; starts without any permission on `resources`. */
export function useControllerAccount(bed: TestBed, ...resources: readonly string[]): ControllerAccount {
  const user = `controller-of-${bed.namespace}`;
  const role = (without: readonly string[]): KubeObject => ({
    ...ROLE,
    metadata: { name: user },
    rules: ROLE.rules.filter((rule) => !rule.resources.some((resource) => without.includes(resource))),
  });
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
  beforeAll(async () => {
    for (const object of [role(resources), binding]) await bed.api.create(object);
  });
  afterAll(async () => {
    for (const object of [role(resources), binding]) await bed.api.delete(object);
  });
  return {
    kubeconfig: () => bed.kubeconfigFor(user),
    permitAllBut: async (...without) => {
      await bed.api.replace(role(without));
    },
  };
}
