import { describe, expect, it } from 'vitest';
import type { Pod, StatefulSet } from '../../../src/api/kubernetes.ts';
import { planCertificates } from '../../../src/plan/certificates/certificates.ts';
import type { Subject } from '../../../src/plan/model/subject.ts';
import { present, type Answers } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { NAMESPACE, scrape } from '../../support/scrape.ts';
import { subject, type SnapshotOptions } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';

/** Nothing is read but what is given, and that no Event is there. */
const seen = (of: StatefulSet, answers: Answers = {}, rest: SnapshotOptions = {}): Subject =>
  subject({
    statefulSet: of,
    reads: { events: present([]), namespaceLabels: present({}), ...answers },
    ...rest,
  });
const evaluate = (of: StatefulSet, pods: readonly Pod[], spec = {}) =>
  planCertificates(seen(of, { pods: present(pods) }, { resource: scrape(spec) }));

const done = wired();
const two = wired({ spec: { replicas: 2 } });
const behind = wired({ metadata: { generation: 2 }, status: { observedGeneration: 1 } });
const onDelete = wired({ spec: { updateStrategy: { type: 'OnDelete' } } });
const partition = wired({
  spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
});
const zero = wired({ spec: { replicas: 0 } });
const second = podOf(two, { name: 'prometheus-1' });

/** A pod of the time before the write: it belongs to the StatefulSet and has nothing. */
const oldPod = podOf(statefulSet(), { proxy: 'none' });

describe('planCertificates', () => {
  const rows: {
    name: string;
    of: StatefulSet;
    pods: Pod[];
    spec?: object;
    kind: string;
    message: string;
    counts: [number, number];
  }[] = [
    {
      name: 'a wired pod',
      of: done,
      pods: [podOf(done)],
      kind: 'Ready',
      message: '1 of 1 pods are wired',
      counts: [1, 1],
    },
    {
      name: 'a native sidecar',
      of: done,
      pods: [podOf(done, { proxy: 'native' })],
      kind: 'Ready',
      message: '1 of 1 pods are wired',
      counts: [1, 1],
    },
    { name: 'zero replicas', of: zero, pods: [], kind: 'Ready', message: 'no replicas', counts: [0, 0] },
    {
      name: 'replicas that are unset, which count as one,',
      of: { ...done, spec: { selector: {}, template: done.spec.template } },
      pods: [],
      kind: 'Waiting',
      message: '0 of 1 pods exist',
      counts: [0, 0],
    },
    {
      name: 'a pod that is missing',
      of: two,
      pods: [podOf(two)],
      kind: 'Waiting',
      message: '1 of 2 pods exist',
      counts: [1, 1],
    },
    {
      name: 'two wired pods',
      of: two,
      pods: [podOf(two), second],
      kind: 'Ready',
      message: '2 of 2 pods are wired',
      counts: [2, 2],
    },
    {
      name: 'two pods of which one is wired',
      of: two,
      pods: [podOf(two), podOf(two, { name: 'prometheus-1', proxy: 'starting' })],
      kind: 'Waiting',
      message: '1 of 2 pods are not wired: prometheus-1: istio-proxy is not ready',
      counts: [2, 1],
    },
    {
      name: 'a template that the controller has not observed',
      of: behind,
      pods: [podOf(behind)],
      kind: 'Waiting',
      message: 'the StatefulSet controller has not seen the pod template yet',
      counts: [1, 1],
    },
    {
      name: 'a workload without status',
      of: wired({ status: {} }),
      pods: [podOf(done)],
      kind: 'Waiting',
      message: 'the StatefulSet controller has not seen the pod template yet',
      counts: [1, 1],
    },
    {
      name: 'a pod without the volume',
      of: done,
      pods: [oldPod],
      kind: 'Waiting',
      message:
        '1 of 1 pods are not wired: prometheus-0: no volume of certificates is mounted at /etc/prom-certs',
      counts: [1, 0],
    },
    {
      name: 'a pod without istio-proxy (injection did not happen)',
      of: done,
      pods: [podOf(done, { proxy: 'none' })],
      kind: 'Waiting',
      message: '1 of 1 pods are not wired: prometheus-0: it has no istio-proxy container',
      counts: [1, 0],
    },
    {
      name: 'a Prometheus that does not run',
      of: done,
      pods: [podOf(done, { running: false })],
      kind: 'Waiting',
      message: '1 of 1 pods are not wired: prometheus-0: prometheus is not running',
      counts: [1, 0],
    },
    {
      name: 'a pod that is being deleted',
      of: done,
      pods: [podOf(done, { metadata: { deletionTimestamp: 'now' } })],
      kind: 'Waiting',
      message: '1 of 1 pods are not wired: prometheus-0: it is being deleted',
      counts: [1, 0],
    },
    {
      name: "another workload's pod in place of ours",
      of: done,
      pods: [podOf(wired({ metadata: { uid: 'other' } }))],
      kind: 'Waiting',
      message: '0 of 1 pods exist',
      counts: [0, 0],
    },
    {
      name: 'an old pod under OnDelete',
      of: onDelete,
      pods: [oldPod],
      kind: 'Waiting',
      message:
        '1 of 1 pods are not wired: prometheus-0: no volume of certificates is mounted at /etc/prom-certs; updateStrategy is OnDelete: delete the pod yourself when it suits you',
      counts: [1, 0],
    },
    {
      name: 'an old pod under a partition',
      of: partition,
      pods: [oldPod],
      kind: 'Waiting',
      message:
        '1 of 1 pods are not wired: prometheus-0: no volume of certificates is mounted at /etc/prom-certs; updateStrategy has partition 1: lower it to let the pods be replaced',
      counts: [1, 0],
    },
    {
      name: 'a proxy before 1.12',
      of: done,
      pods: [podOf(done, { proxyImage: 'docker.io/istio/proxyv2:1.11.8' })],
      kind: 'ProofImpossible',
      message:
        'istio-proxy 1.11.8 is ready before its files exist (1.12 is the first where readiness proves them): check the files, then set spec.certificates.trustReadiness',
      counts: [1, 1],
    },
    {
      name: 'a proxy before 1.12 that is trusted',
      of: done,
      pods: [podOf(done, { proxyImage: 'istio/proxyv2:1.11.8-distroless' })],
      spec: { certificates: { trustReadiness: true } },
      kind: 'Ready',
      message: '1 of 1 pods are wired',
      counts: [1, 1],
    },
    {
      name: 'the first proxy whose readiness proves it',
      of: done,
      pods: [podOf(done, { proxyImage: 'istio/proxyv2:1.12.0' })],
      kind: 'Ready',
      message: '1 of 1 pods are wired',
      counts: [1, 1],
    },
    {
      name: 'a tag that is no version',
      of: done,
      pods: [podOf(done, { proxyImage: 'registry:5000/proxyv2:latest' })],
      kind: 'Ready',
      message: '1 of 1 pods are wired',
      counts: [1, 1],
    },
    {
      name: 'an old proxy among new ones',
      of: two,
      pods: [podOf(two), podOf(two, { name: 'prometheus-1', proxyImage: 'x:1.9.0' })],
      kind: 'ProofImpossible',
      message: 'istio-proxy 1.9.0 is ready',
      counts: [2, 2],
    },
  ];
  it.each(rows)('evaluates $name to $kind', ({ of, pods, spec, kind, message, counts }) => {
    const plan = evaluate(of, pods, spec);
    expect([plan.kind, plan.pods, plan.podsWired]).toEqual([kind, ...counts]);
    expect(plan.message.slice(0, message.length)).toBe(message);
  });

  it('asks for the pods', () => {
    const plan = planCertificates(seen(done));
    expect([plan.kind, plan.needs]).toEqual(['Waiting', [{ kind: 'Pods' }]]);
  });

  it('does not take pods that may not be read for no pods', () => {
    const pods = { kind: 'unreadable' as const, message: `cannot list pods in ${NAMESPACE}` };
    const plan = planCertificates(seen(zero, { pods }));
    expect([plan.kind, plan.message, plan.needs]).toEqual([
      'Unreadable',
      'pods cannot be read: cannot list pods in app-metrics',
      [],
    ]);
  });

  it('evaluates again when the first of several pods runs out of patience', () => {
    const starting = (name: string, lastTransitionTime: string) =>
      podOf(two, {
        name,
        proxy: 'starting',
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }],
      });
    const pods = [
      starting('prometheus-0', '2026-03-01T11:59:30Z'),
      starting('prometheus-1', '2026-03-01T11:58:30Z'),
    ];
    expect(evaluate(two, pods).retryAfterMs).toBe(30_000);
  });

  it('expects the mount at the path of spec', () => {
    expect(evaluate(done, [podOf(done)], { certificates: { mountPath: '/in' } }).message).toContain(
      'mounted at /in',
    );
  });

  it.each([
    ['docker.io/istio/proxyv2:1.30.3', '1.30.3'],
    ['gcr.io:443/istio/proxyv2:v1.9-alpha.1', '1.9'],
    ['proxyv2@sha256:0123', undefined],
    ['registry:5000/proxyv2', undefined],
  ])('reads the version of %s', (proxyImage, version) => {
    expect(evaluate(done, [podOf(done, { proxyImage })]).proxies).toMatchObject([{ version }]);
  });
});
