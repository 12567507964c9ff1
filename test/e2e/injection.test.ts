// Injection reported before Prometheus is restarted for it, on the real API server with the injector stand-in. What real istiods
// do with which labels is in test/e2e/mesh/injection.test.ts.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useControllerAccount } from '../support/controller-account.ts';
import { condition, useStory } from '../support/story.ts';

const WEBHOOK = 'object.sidecar-injector.istio.io';
const codes = ({ status }: KubeObject): string[] =>
  ((status.findings ?? []) as { code: string }[]).map(({ code }) => code);

describe('a namespace that has opted out of injection', () => {
  const bed = useTestBed({ labels: { 'istio-injection': 'disabled' } });
  const controller = useController({ kubeconfig: () => bed.kubeconfig });
  const { names, world, scrape, becomes } = useStory(bed);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: bed.namespace } };
  const key = `${bed.namespace}/labelled`;

  it('keeps Prometheus from being restarted for nothing, and names the label', async () => {
    const all = await world('labelled');
    const before = await bed.api.get(all.statefulSet);
    await scrape('labelled');
    const seen = await becomes('labelled', 'Ready', {
      status: 'Unknown',
      reason: 'InjectionWouldNotHappen',
    });
    expect(condition(seen, 'Reconciling')?.reason).toBe('InjectionWouldNotHappen');
    expect(condition(seen, 'WorkloadWired')).toMatchObject({
      status: 'False',
      message: `the pods would be restarted and get no istio-proxy, so the template is left alone: no injector takes pods with sidecar.istio.io/inject=true in namespace ${bed.namespace}, which has istio-injection=disabled; remove label istio-injection (now disabled) from Namespace/${bed.namespace}`,
    });
    expect(seen.status.istio).toMatchObject({ injected: 'False' });
    expect(seen.status.istio.webhook).toBeUndefined();
    expect(seen.status.pending[0]).toMatchObject({ waitingFor: 'InjectionWouldNotHappen' });
    const after = await bed.api.get(all.statefulSet);
    expect([after.metadata.generation, after.spec]).toEqual([before.metadata.generation, before.spec]);
  });

  it('stalls once its generation is two minutes old', async () => {
    const { resource } = names('labelled');
    const status = { generationSeenTime: '2026-01-01T00:00:00Z' };
    await bed.api.patch(resource, { status }, { subresource: 'status' });
    await controller.checkAgain(key);
    const seen = await becomes('labelled', 'Ready', { status: 'False', reason: 'InjectionWouldNotHappen' });
    expect(condition(seen, 'Stalled')?.reason).toBe('InjectionWouldNotHappen');
  });

  it('is evaluated again, and wired when the label is gone', async () => {
    await bed.api.patch(namespace, { metadata: { labels: { 'istio-injection': null } } });
    await controller.checkAgain(key);
    const seen = await becomes('labelled', 'Ready', { status: 'True' });
    expect(seen.status.istio).toMatchObject({ injected: 'True', webhook: WEBHOOK });
    expect(codes(seen)).not.toContain('NotInjected');
  });

  it('is reported, and changes nothing, when the label comes back', async () => {
    const before = await bed.api.get(names('labelled').statefulSet);
    await bed.api.patch(namespace, { metadata: { labels: { 'istio-injection': 'disabled' } } });
    await controller.settled();
    controller.forgetWrites();
    await controller.checkAgain(key);
    const seen = await bed.api.get(names('labelled').resource);
    expect(condition(seen, 'Ready')?.status).toBe('True');
    expect(seen.status.istio.injected).toBe('False');
    expect(codes(seen)).toContain('NotInjected');
    expect(controller.writesOf(key)).toEqual(['writeStatus PrometheusIstioScrape/labelled']);
    expect((await bed.api.get(names('labelled').statefulSet)).metadata.generation).toBe(
      before.metadata.generation,
    );
  });
});

describe('a controller that may not read webhook configurations', () => {
  const bed = useTestBed();
  const { kubeconfig } = useControllerAccount(bed, 'mutatingwebhookconfigurations');
  useController({ kubeconfig });
  const { converged } = useStory(bed);

  it('goes on, and names the missing permission', async () => {
    const { resource } = await converged('blind', {}, { replicas: 0 });
    const seen = await bed.api.get(resource);
    expect(seen.status.istio.injected).toBe('Unknown');
    const finding = (seen.status.findings as { code: string; message: string }[]).find(
      ({ code }) => code === 'InjectionUnknown',
    );
    expect(finding?.message).toContain('list on mutatingwebhookconfigurations.admissionregistration.k8s.io');
  });

  it('goes by the pods, once they show what was done to them', async () => {
    const { resource } = await converged('seeing');
    expect((await bed.api.get(resource)).status.istio.injected).toBe('True');
  });
});
