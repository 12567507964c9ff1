import { describe, expect, it } from 'vitest';
import type { Container } from '../../../src/api/kubernetes.ts';
import { reloadAction, reloadMethod, type ReloadMethod } from '../../../src/plan/verification/reload.ts';
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
    { name: 'a template without any reloader', method: 'Unknown' },
    { name: '--web.enable-lifecycle', args: ['--web.enable-lifecycle'], method: 'Http' },
    { name: 'a lifecycle API that is off', args: ['--web.enable-lifecycle=false'], method: 'Unknown' },
    {
      name: 'a prometheus-config-reloader beside it',
      args: ['--web.enable-lifecycle'],
      others: {
        containers: named({ image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.86.0' }),
      },
      method: 'Reloader',
    },
    {
      name: 'a configmap-reload beside it',
      others: { containers: named({ image: 'ghcr.io/jimmidyson/configmap-reload:v0.15.0' }) },
      method: 'Reloader',
    },
    {
      name: 'a reloader as a native sidecar',
      others: { initContainers: named({ image: 'prometheus-config-reloader', restartPolicy: 'Always' }) },
      method: 'Reloader',
    },
    {
      name: 'a Thanos sidecar with --reloader.config-file',
      others: {
        containers: named({ image: 'thanos:v0.39', args: ['sidecar', '--reloader.config-file=/etc/p.yaml'] }),
      },
      method: 'Reloader',
    },
    {
      name: 'a Thanos sidecar without a reloader',
      args: ['--web.enable-lifecycle'],
      others: { containers: named({ image: 'thanos:v0.39', args: ['sidecar'] }) },
      method: 'Http',
    },
    {
      name: 'auto-reload-config among the features',
      args: ['--enable-feature=exemplar-storage,auto-reload-config', '--web.enable-lifecycle'],
      method: 'Reloader',
    },
    { name: 'another feature alone', args: ['--enable-feature=exemplar-storage'], method: 'Unknown' },
    {
      name: '--config.auto-reload',
      args: ['--config.auto-reload', '--web.enable-lifecycle'],
      method: 'Reloader',
    },
    {
      name: 'a sidecar whose command has --reloader.config-file',
      others: { containers: named({ command: ['thanos', '--reloader.config-file=/etc/p.yaml'] }) },
      method: 'Reloader',
    },
    {
      name: 'an image of that name in another directory of its registry',
      args: ['--web.enable-lifecycle'],
      others: { containers: named({ image: 'registry/config-reloader/thanos:v0.39' }) },
      method: 'Http',
    },
    { name: 'reload None', args: ['--web.enable-lifecycle'], reload: 'None', method: 'None' },
    { name: 'reload Http where no lifecycle API is seen', reload: 'Http', method: 'Http' },
  ];
  it.each(rows)('evaluates $name to $method', ({ args = [], others = {}, reload = 'Auto', method }) => {
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

describe('reloadAction', () => {
  it('asks the replicas that it is given, in stage 5, and gates nothing', () => {
    const endpoints = [
      { pod: 'prometheus-0', url: 'http://10.0.0.7:9090' },
      { pod: 'prometheus-1', url: 'http://10.0.0.8:9090' },
    ];
    expect(reloadAction(subject(), endpoints)).toEqual({
      kind: 'ReloadPrometheus',
      target: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'app-metrics', name: 'prometheus' },
      stage: 5,
      gates: false,
      reason: 'Reload Prometheus in prometheus-0, prometheus-1',
      fieldManager: 'meshscrape.app-metrics.prometheus',
      endpoints,
    });
  });
});
