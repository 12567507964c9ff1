// What the injector stand-in makes of templates, through the real API server. That istiod does the same is in
// test/e2e/mesh/templates.test.ts; what Istio before 1.9 did is read in its source, since no such istiod runs here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { installNamespace } from '../../testbed/api/install.ts';
import type { Injector } from '../../testbed/stand-ins/injector.ts';
import { startInjector } from '../../testbed/stand-ins/injector.ts';
import { useTestBed } from '../support/control-plane.ts';
import { docsRecipe, handMadeProxy, INJECT } from '../support/hand-wired/worlds.ts';
import { askInjector, orderOf, outputOf } from '../support/injection-answers.ts';
import { templateOf } from '../support/templates/case.ts';
import { holdsFor } from '../support/templates/holds.ts';

const bed = useTestBed({ kubelet: false, labels: { 'istio.io/rev': 'default' } });

describe('the stand-in', () => {
  holdsFor(() => ({ api: bed.api, namespace: bed.namespace }));
});

describe('the stand-in of Istio 1.8', () => {
  const namespace = `${bed.namespace}-old`;
  let injector: Injector;
  beforeAll(async () => {
    injector = await startInjector({ api: bed.api, revision: 'old', istioVersion: '1.8.6' });
    await installNamespace(bed.api, namespace, { 'istio.io/rev': 'old' });
  });
  afterAll(async () => {
    await bed.api.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await injector.stop();
  });

  const options = { namespace: '', labels: INJECT };
  const handMade = templateOf(handMadeProxy(options));
  const certs = [{ name: 'certs', emptyDir: {} }];
  const bare = { name: 'istio-proxy', image: 'auto', env: [{ name: 'OUTPUT_CERTS', value: '/certs' }] };
  const [prometheus] = handMade.spec['containers'] as object[];
  const config = { name: 'config', configMap: { name: 'prometheus' } };

  const rows = [
    {
      name: 'refuses a hand-made proxy with volumes of its names: each is there twice',
      template: handMade,
      answer: 'Duplicate value: "istio-token"',
    },
    {
      name: "puts its own in a hand-made proxy's place, and what that said is lost",
      template: { ...handMade, spec: { containers: [prometheus, bare], volumes: [config, ...certs] } },
      answer: 'istio-init | prometheus istio-proxy, undefined',
    },
    {
      name: 'takes the volume istio-certs away, so that its mounts are refused',
      template: templateOf(docsRecipe(options)),
      answer: 'volumeMounts[1].name: Not found: "istio-certs"',
    },
    {
      name: 'mounts a volume of another name where the annotation says',
      template: {
        ...handMade,
        metadata: {
          labels: INJECT,
          annotations: {
            'sidecar.istio.io/userVolumeMount': '{"certs": {"mountPath": "/etc/out"}}',
            'proxy.istio.io/config':
              '{proxyMetadata: {OUTPUT_CERTS: /etc/out}, holdApplicationUntilProxyStarts: true}',
          },
        },
        spec: { containers: [prometheus], volumes: [config, ...certs] },
      },
      answer: 'istio-init | istio-proxy prometheus, /etc/out on certs',
    },
  ];
  it.each(rows)('$name', async ({ template, answer }) => {
    const given = await askInjector(template, { api: bed.api, namespace, native: true });
    const says =
      given.kind === 'refused'
        ? given.message
        : `${orderOf(given.pod)}, ${outputOf(given.pod) ?? 'undefined'}`;
    expect(says).toContain(answer);
  });
});
