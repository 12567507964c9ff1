import { describe, expect, it } from 'vitest';
import type { Container } from '../../../src/api/kubernetes.ts';
import { reloadMethod, type ReloadMethod } from '../../../src/plan/verification/reload.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

describe('reloadMethod', () => {
  const named = (container: Omit<Container, 'name'>): readonly Container[] => [
    { name: 'beside', ...container },
  ];
  const rows: readonly {
    readonly name: string;
    readonly args?: readonly string[];
    readonly others?: {
      readonly containers?: readonly Container[];
      readonly initContainers?: readonly Container[];
    };
    readonly reload?: 'Auto' | 'Http' | 'None';
    readonly method: ReloadMethod;
  }[] = [
    { name: 'nothing', method: 'Unknown' },
    { name: '--web.enable-lifecycle', args: ['--web.enable-lifecycle'], method: 'Http' },
    { name: 'lifecycle that is off', args: ['--web.enable-lifecycle=false'], method: 'Unknown' },
    {
      name: 'prometheus-config-reloader',
      args: ['--web.enable-lifecycle'],
      others: {
        containers: named({ image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.86.0' }),
      },
      method: 'Reloader',
    },
    {
      name: 'configmap-reload',
      others: { containers: named({ image: 'ghcr.io/jimmidyson/configmap-reload:v0.15.0' }) },
      method: 'Reloader',
    },
    {
      name: 'a reloader as a native sidecar',
      others: { initContainers: named({ image: 'prometheus-config-reloader', restartPolicy: 'Always' }) },
      method: 'Reloader',
    },
    {
      name: 'Thanos with --reloader.config-file',
      others: {
        containers: named({ image: 'thanos:v0.39', args: ['sidecar', '--reloader.config-file=/etc/p.yaml'] }),
      },
      method: 'Reloader',
    },
    {
      name: 'Thanos without it',
      args: ['--web.enable-lifecycle'],
      others: { containers: named({ image: 'thanos:v0.39', args: ['sidecar'] }) },
      method: 'Http',
    },
    {
      name: 'auto-reload-config among the features',
      args: ['--enable-feature=exemplar-storage,auto-reload-config', '--web.enable-lifecycle'],
      method: 'Reloader',
    },
    { name: 'another feature', args: ['--enable-feature=exemplar-storage'], method: 'Unknown' },
    { name: 'None', args: ['--web.enable-lifecycle'], reload: 'None', method: 'None' },
    { name: 'Http, although nothing is seen', reload: 'Http', method: 'Http' },
  ];
  it.each(rows)('sees $name: $method', ({ args = [], others = {}, reload = 'Auto', method }) => {
    const container: Container = { name: 'prometheus', image: 'prometheus', args };
    const workload = statefulSet();
    const { template } = workload.spec;
    const { containers = [], initContainers = [] } = others;
    const spec = { ...template.spec, containers: [container, ...containers], initContainers };
    const live = { ...workload, spec: { ...workload.spec, template: { ...template, spec } } };
    const seen = subject({ resource: scrape({ config: { reload } }), statefulSet: live });
    expect(reloadMethod(seen)).toBe(method);
  });
});
