// Templates that bring an istio-proxy of their own, as Istio's recipe of 2020 does.
import type { HandWiredOptions } from '../hand-wired/worlds.ts';
import { fullHandMadeProxy, handMadeProxy, incoherentProxy, INJECT } from '../hand-wired/worlds.ts';
import type { Template, TemplateCase } from './case.ts';
import { always, config, HELD, INJECTED, output, templateOf, userMount } from './case.ts';

const OPTIONS = { namespace: '' };
/** What the hand-made proxy itself says. */
const OUTPUT = '/etc/istio-certs on certs';

function handMade(options: Partial<HandWiredOptions> = {}): Template {
  return templateOf(handMadeProxy({ ...OPTIONS, labels: INJECT, ...options }));
}

/** A container istio-proxy that the template itself brings. */
export const HAND_MADE: readonly TemplateCase[] = [
  {
    name: 'a hand-made proxy with all that it needs',
    template: templateOf(fullHandMadeProxy({ ...OPTIONS, labels: INJECT })),
    ...INJECTED,
    output: OUTPUT,
  },
  { name: 'a hand-made proxy without a probe', template: handMade(), ...INJECTED, output: OUTPUT },
  {
    name: 'a hand-made proxy that writes nothing',
    template: templateOf(incoherentProxy({ ...OPTIONS, labels: INJECT })),
    ...INJECTED,
  },
  {
    name: 'a hand-made proxy that is held back',
    template: handMade({ annotations: config('holdApplicationUntilProxyStarts: true') }),
    ...HELD,
    output: OUTPUT,
  },
  {
    name: 'OUTPUT_CERTS of a hand-made proxy and of the annotation',
    template: handMade({ annotations: output('/etc/elsewhere') }),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: 'two entries of OUTPUT_CERTS',
    template: handMade({ env: [{ name: 'OUTPUT_CERTS', value: '/etc/later' }] }),
    ...INJECTED,
    output: '/etc/later on nothing',
  },
  {
    name: 'two entries of OUTPUT_CERTS, and the annotation',
    template: handMade({
      env: [{ name: 'OUTPUT_CERTS', value: '/etc/later' }],
      annotations: output('/etc/elsewhere'),
    }),
    ...INJECTED,
    output: '/etc/later on nothing',
  },
  {
    name: 'OUTPUT_CERTS from elsewhere',
    template: withEnv([fromField('OUTPUT_CERTS')]),
    ...INJECTED,
    output: 'valueFrom',
  },
  {
    name: 'OUTPUT_CERTS from elsewhere, and the annotation',
    template: withEnv([fromField('OUTPUT_CERTS')], output('/etc/istio-certs')),
    ...always('may not be specified when `value` is not empty'),
  },
  {
    name: 'an empty OUTPUT_CERTS, and the annotation',
    template: withEnv([{ name: 'OUTPUT_CERTS', value: '' }], output('/etc/istio-certs')),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: 'variables that refer to others',
    template: withEnv([
      { name: 'ROOT', value: '/etc' },
      { name: 'ISTIO_META_CLUSTER_ID', value: 'mine' },
      { name: 'OUTPUT_CERTS', value: '$(ROOT)/istio-certs' },
    ]),
    ...INJECTED,
    output: '$(ROOT)/istio-certs on nothing',
  },
  {
    name: 'the injected image',
    template: handMade({ proxy: { image: 'auto' } }),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: 'image, user, readiness probe, arguments and resources of its own',
    template: handMade({
      proxy: {
        image: 'example.com/proxyv2:1.29.0',
        args: ['proxy', 'sidecar'],
        readinessProbe: { httpGet: { path: '/ready', port: 15000 }, periodSeconds: 3 },
        resources: { limits: { cpu: '500m' } },
        securityContext: {
          capabilities: { drop: ['NET_RAW'] },
          readOnlyRootFilesystem: false,
          runAsUser: 1234,
        },
      },
    }),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: 'a readiness probe of another kind',
    template: handMade({ proxy: { readinessProbe: { exec: { command: ['true'] } } } }),
    ...always('may not specify more than 1 handler type'),
  },
  {
    name: 'two mounts of one path',
    template: handMade({
      annotations: {
        ...userMount('[{"name": "istio-data", "mountPath": "/etc/istio-certs", "readOnly": true}]'),
      },
    }),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: 'two mounts of one path with and without a slash',
    template: handMade({
      annotations: userMount('[{"name": "istio-data", "mountPath": "/etc/istio-certs/"}]'),
    }),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: "volumes of the injector's names with other sources",
    template: withVolumes([
      { name: 'workload-socket', emptyDir: { medium: 'Memory' } },
      { name: 'istio-data', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ]),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: "a volume of an injector's name with another source that is kept",
    template: withVolumes([{ name: 'istio-envoy', hostPath: { path: '/tmp' } }]),
    ...always('may not specify more than 1 volume type'),
  },
  {
    name: 'a hand-made proxy as a native sidecar',
    template: asInitContainer({ restartPolicy: 'Always' }),
    native: INJECTED.native,
    classic: 'Duplicate value',
    output: OUTPUT,
  },
  {
    name: 'a hand-made istio-init beside it',
    template: withInit({ name: 'istio-init', image: 'auto', args: ['istio-iptables', '-i', ''] }),
    ...INJECTED,
    output: OUTPUT,
  },
  {
    name: 'a template that istioctl kube-inject made',
    template: handMade({
      annotations: {
        'sidecar.istio.io/status':
          '{"initContainers":["istio-init"],"containers":["istio-proxy"],"volumes":["istio-envoy"]}',
        ...output('/etc/elsewhere'),
      },
    }),
    ...INJECTED,
    // A native sidecar of another list than the status names counts as the pod's own.
    output: { native: OUTPUT, classic: '/etc/elsewhere on nothing' },
  },
];

function fromField(name: string): object {
  return { name, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
}

/** The hand-made proxy with these entries alone in its env. */
function withEnv(env: readonly object[], annotations: Readonly<Record<string, string>> = {}): Template {
  return handMade({ annotations, proxy: { env } });
}

function withVolumes(volumes: readonly object[]): Template {
  const template = handMade();
  return {
    ...template,
    spec: { ...template.spec, volumes: [...(template.spec['volumes'] as object[]), ...volumes] },
  };
}

function asInitContainer(fields: object): Template {
  const template = handMade();
  const [prometheus, proxy] = template.spec['containers'] as [object, object];
  return {
    ...template,
    spec: { ...template.spec, containers: [prometheus], initContainers: [{ ...proxy, ...fields }] },
  };
}

function withInit(container: object): Template {
  const template = handMade();
  return { ...template, spec: { ...template.spec, initContainers: [container] } };
}
