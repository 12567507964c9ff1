// Renewal as status reports it, with real agents and a real istiod: it goes on, it stops while istiod is gone, it comes
// back. What is waited for is status; the clock of the certificates is the only one here.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { PrometheusIstioScrapeStatus } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import type { MeshNode } from '../../../testbed/mesh/node.ts';
import { startNode } from '../../../testbed/mesh/node.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { useController } from '../../support/controller.ts';
import { useStory } from '../../support/story.ts';
import { interruptIstiod, resumeIstiod } from './istiod-switch.ts';

/** Renewed at 9 s, late at 12 s, over at 18 s. */
const SECRET_TTL = '18s';
const CONFIG = `scrape_configs:
- job_name: secure
  scheme: https
  tls_config:
    ca_file: /etc/certs/root-cert.pem
    cert_file: /etc/certs/cert-chain.pem
    key_file: /etc/certs/key.pem
    insecure_skip_verify: true
  static_configs:
  - targets: []
`;

const bed = useTestBed({ kubelet: false });
const story = useStory(bed);
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const processes = new ProcessGroup();
const { resource } = story.names('prometheus');
let node: MeshNode;

const statusOf = (object: KubeObject | undefined): PrometheusIstioScrapeStatus =>
  (object?.status ?? {}) as PrometheusIstioScrapeStatus;
const endOf = (object: KubeObject | undefined): number =>
  Date.parse(statusOf(object).certificates?.serving?.[0]?.notAfter ?? '');
const codes = (object: KubeObject | undefined): string[] =>
  (statusOf(object).findings ?? []).map(({ code }) => code);
const until = async (isMet: (object: KubeObject | undefined) => boolean): Promise<KubeObject> => {
  const found = await bed.api.waitForObject(resource, isMet, { timeoutMs: 180_000 });
  if (found === undefined) throw new Error('the resource is gone');
  return found;
};
const warnings = async (): Promise<string[]> => {
  const { items } = await bed.api.list({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: bed.namespace },
  });
  const events = items as readonly { reason?: string; note?: string; regarding?: { kind: string } }[];
  return events.flatMap(({ reason, note, regarding }) =>
    reason === 'CertificateNotRenewed' ? [`${regarding?.kind ?? ''}: ${(note ?? '').slice(0, 40)}`] : [],
  );
};

beforeAll(async () => {
  const { api, url, namespace } = bed;
  node = await startNode({ api, processes, url, mesh: inject('mesh'), namespace, secretTtl: SECRET_TTL });
  await story.world('prometheus', { config: CONFIG });
  await story.scrape('prometheus');
  await story.becomes('prometheus', 'Ready', { status: 'True', reason: 'Succeeded' });
  // Known once discovery has made the pool: a write of its own.
  await story.becomes('prometheus', 'TargetsUp', { status: 'True' });
});

afterAll(async () => {
  try {
    await controller.stop();
    await node.stop();
  } finally {
    await processes.stop();
  }
});

describe('a certificate that is renewed', () => {
  it('is in status, and moves there without an alarm and without needless writes', async () => {
    const ends: number[] = [];
    // The Event of Ready follows its status.
    await controller.settled();
    controller.forgetWrites();
    await until((object) => {
      const end = endOf(object);
      if (!Number.isNaN(end) && end !== ends.at(-1)) ends.push(end);
      expect(codes(object)).toEqual([]);
      return ends.length === 3;
    });
    process.stdout.write(
      `ends seen in status, s apart: ${ends.map((end) => (end - (ends[0] ?? 0)) / 1000).join(' ')}\n`,
    );
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(controller.writes.length).toBeLessThanOrEqual(3);
    expect(new Set(controller.writes)).toEqual(new Set(['writeStatus PrometheusIstioScrape/prometheus']));
    expect(await warnings()).toEqual([]);
  });
});

describe('a certificate that is not renewed', () => {
  it('is warned of before its end, reported at its end, and forgotten once istiod is back', async () => {
    await interruptIstiod(inject('istiodSwitch'));
    try {
      const warned = await until((object) => codes(object).includes('CertificateNotRenewed'));
      const leftMs = endOf(warned) - Date.now();
      process.stdout.write(`warned ${(leftMs / 1000).toFixed(1)} s before the end\n`);
      expect(leftMs).toBeGreaterThan(0);
      expect(statusOf(warned).findings?.[0]).toMatchObject({
        target: 'Pod/prometheus-0',
        message: expect.stringContaining('two thirds of the life of its certificate are over') as string,
      });
      await story.becomes('prometheus', 'CertificatesReady', {
        status: 'True',
        message: expect.stringContaining('Pod/prometheus-0: ') as string,
      });
      await until(
        (object) => statusOf(object).findings?.[0]?.message.startsWith('its certificate ended') === true,
      );
      await story.becomes('prometheus', 'Ready', { status: 'True' });
    } finally {
      await resumeIstiod(inject('istiodSwitch'));
    }
    const renewed = await until((object) => codes(object).length === 0);
    expect(endOf(renewed)).toBeGreaterThan(Date.now());
    const sorted = async (): Promise<string[]> => (await warnings()).toSorted();
    await expect
      .poll(sorted, { timeout: 90_000 })
      .toEqual([
        'PrometheusIstioScrape: Pod/prometheus-0: its certificate ended ',
        'PrometheusIstioScrape: Pod/prometheus-0: two thirds of the life',
        'StatefulSet: Pod/prometheus-0: its certificate ended ',
        'StatefulSet: Pod/prometheus-0: two thirds of the life',
      ]);
  });
});

describe('an egress host', () => {
  const spec = async (egressHosts: string[] | null): Promise<void> => {
    await bed.api.patch(resource, { spec: { sidecar: { egressHosts } } });
  };
  const findings = (object: KubeObject | undefined): string[] | undefined =>
    object?.status?.observedGeneration === object?.metadata.generation
      ? (statusOf(object).findings ?? []).map(({ code, message }) => `${code}: ${message}`)
      : undefined;

  it('is a finding where no Service is behind it', async () => {
    await spec(['istio-system/istiod-gone.istio-system.svc.cluster.local', './*', 'istio-system/*']);
    const seen = await until((object) => (findings(object)?.length ?? 0) > 0);
    expect(findings(seen)).toEqual([
      'EgressHostMatchesNothing: egress host ./* matches no Service: namespace ' +
        `${bed.namespace} has none, or does not exist; take it out of spec.sidecar.egressHosts`,
      'EgressHostMatchesNothing: egress host istio-system/istiod-gone.istio-system.svc.cluster.local matches no Service: there is no Service istiod-gone in namespace istio-system; take it out of spec.sidecar.egressHosts',
    ]);
  });

  it('is by default the istiod that is really there', async () => {
    await spec(null);
    const seen = await until((object) => findings(object)?.length === 0);
    expect(statusOf(seen).istio?.egressHosts).toEqual(['istio-system/istiod.istio-system.svc.cluster.local']);
  });
});
