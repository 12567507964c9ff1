// Worlds with Citadel's leftover secrets for e2e tests, and the controller's permissions as deploy/ grants them.
import { load } from 'js-yaml';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { beforeAll } from 'vitest';

import { install, untilPermitted } from '../../testbed/api/install.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { CommandResult } from '../../testbed/control-plane/kubeconfig.ts';
import { legacySecret } from '../../testbed/stand-ins/legacy-secret.ts';
import type { TestBed } from './control-plane.ts';
import { useStory, type Names } from './story.ts';
import { configMap, statefulSet } from './world.ts';

const DEPLOY = join(import.meta.dirname, '../../deploy');
const ACCOUNT = 'system:serviceaccount:meshscrape-system:meshscrape';

interface LegacyWorld {
  readonly secret: string;
  /** True where unset. */
  readonly optional?: boolean;
  /** None where unset. */
  readonly replicas?: number;
  readonly updateStrategy?: object;
  /** Laid over `mode: Observe`. */
  readonly spec?: object;
}

export interface LegacySecrets {
  /** Of the controller's own account, with the permissions of deploy/. */
  readonly kubeconfig: () => string;
  /** A legacy world that mounts a secret of its own, and its resource. */
  readonly legacyWorld: (name: string, world: LegacyWorld) => Promise<Names>;
  /** The manifest of istio.<account>. */
  readonly secretOf: (account: string, notAfterMs: number) => KubeObject;
  /** A resource's Events of deadlines and undo once there are so many: they follow the status that they report. */
  readonly eventsOf: (name: string, count: number) => Promise<readonly KubeObject[]>;
  /** kubectl apply -k of the optional component for this namespace. */
  readonly applyComponent: () => Promise<CommandResult>;
  /** Takes the names out of its Role, as the comment there says. */
  readonly widenComponent: () => Promise<void>;
}

/** To be called at the top of a test file, before the controller. */
export function useLegacySecrets(bed: TestBed): LegacySecrets {
  const { names, scrape } = useStory(bed);
  beforeAll(async () => {
    for (const file of ['cluster-role.yaml', 'cluster-role-binding.yaml']) {
      const manifest = load(readFileSync(join(DEPLOY, 'controller', file), 'utf8')) as KubeObject;
      await install(bed.api, manifest);
    }
    await untilPermitted(bed.api, {
      user: ACCOUNT,
      verb: 'list',
      group: 'meshscrape.dev',
      resource: 'prometheusistioscrapes',
    });
  });
  const untilReadable = (name: string): Promise<void> => {
    const { namespace } = bed;
    return untilPermitted(bed.api, {
      user: ACCOUNT,
      verb: 'get',
      group: '',
      resource: 'secrets',
      namespace,
      name,
    });
  };
  return {
    kubeconfig: () => bed.kubeconfigFor(ACCOUNT),
    legacyWorld: async (name, { secret, optional = true, replicas = 0, updateStrategy, spec }) => {
      const base = { namespace: bed.namespace, name, replicas };
      await bed.api.create(configMap(base));
      const workload = statefulSet({ ...base, ...(updateStrategy === undefined ? {} : { updateStrategy }) });
      workload.spec.template.spec.volumes[1].secret = { secretName: secret, optional };
      await bed.api.create(workload);
      await scrape(name, { mode: 'Observe', ...spec });
      return names(name);
    },
    secretOf: (serviceAccount, notAfterMs) =>
      legacySecret({ namespace: bed.namespace, serviceAccount, notAfter: new Date(notAfterMs) }),
    eventsOf: async (name, count) => {
      const isOf = (event: KubeObject): boolean => {
        const regarding = event['regarding'] as { kind: string; name: string };
        const isOurs = ['CheckDeadline', 'Undo'].includes(String(event['action']));
        return isOurs && regarding.kind === 'PrometheusIstioScrape' && regarding.name === name;
      };
      const path = `/apis/events.k8s.io/v1/namespaces/${bed.namespace}/events`;
      await bed.api.waitForList(path, (events) => events.filter(isOf).length >= count);
      return (await bed.api.list(path)).items.filter(isOf);
    },
    applyComponent: async () => {
      const directory = mkdtempSync(join(tmpdir(), 'meshscrape-component-'));
      const component = relative(directory, join(DEPLOY, 'components/read-legacy-secrets'));
      try {
        await writeFile(
          join(directory, 'kustomization.yaml'),
          `namespace: ${bed.namespace}\ncomponents: [${component}]\n`,
        );
        const result = await bed.kubectl('apply', '-k', directory);
        await untilReadable('istio.default');
        return result;
      } finally {
        await rm(directory, { recursive: true });
      }
    },
    widenComponent: async () => {
      const role = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'meshscrape-read-legacy-secrets', namespace: bed.namespace },
      };
      await bed.api.patch(role, [{ op: 'remove', path: '/rules/0/resourceNames' }], { type: 'json' });
      await untilReadable('any');
    },
  };
}
