import { describe, expect, it } from 'vitest';
import type { Container, PodTemplate } from '../../../src/api/kubernetes.ts';
import { containerOf, scraperRefusal } from '../../../src/plan/workload/container.ts';
import { scrape } from '../../support/scrape.ts';

const template = (containers: readonly Container[]): PodTemplate => ({ spec: { containers } });
const CONFIGURED = ['--config.file=/etc/prometheus/prometheus.yml'];
const RELOAD = { name: 'reload', image: 'jimmidyson/configmap-reload', args: ['--volume-dir=/etc/config'] };

describe('containerOf', () => {
  const rows: { name: string; containers: readonly Container[]; container: string }[] = [
    {
      name: 'the one named prometheus, whatever the others show',
      containers: [{ name: 'server', args: CONFIGURED }, { name: 'prometheus' }],
      container: 'prometheus',
    },
    { name: 'the only one', containers: [{ name: 'server' }], container: 'server' },
    {
      name: 'the only one with --config.file, as in the community chart',
      containers: [
        RELOAD,
        { name: 'prometheus-server', image: 'quay.io/prometheus/prometheus', args: CONFIGURED },
        { name: 'sidecar', image: 'stackdriver-prometheus-sidecar' },
      ],
      container: 'prometheus-server',
    },
    {
      name: 'the only one with --config.file, when its value is a word of its own',
      containers: [RELOAD, { name: 'server', command: ['prometheus', '--config.file', '/p.yml'] }],
      container: 'server',
    },
    {
      name: 'the only one with --config.file, when a shell starts it',
      containers: [
        RELOAD,
        {
          name: 'server',
          command: ['sh', '-c', 'exec prometheus --config.file=/p.yml --web.enable-lifecycle'],
        },
      ],
      container: 'server',
    },
    {
      name: 'the only one with --config.file beside one with --web.config.file',
      containers: [
        { name: 'exporter', args: ['--web.config.file=/web.yml'] },
        { name: 'server', args: CONFIGURED },
      ],
      container: 'server',
    },
  ];
  it.each(rows)('takes $name', ({ containers, container }) => {
    expect(containerOf(scrape(), template(containers))).toMatchObject({ container: { name: container } });
  });

  it('takes the one that spec names, whatever the others show', () => {
    const containers = [{ name: 'prometheus', args: CONFIGURED }, { name: 'second' }];
    const found = containerOf(scrape({ workload: { container: 'second' } }), template(containers));
    expect(found).toMatchObject({ container: { name: 'second' } });
  });

  const likely: { name: string; containers: readonly Container[]; names: string }[] = [
    {
      name: 'the image of Prometheus before others',
      containers: [RELOAD, { name: 'server', image: 'prom/prometheus:v3.5.0' }],
      names: '(server, reload)',
    },
    {
      name: '--config.file before the image, and both before either',
      containers: [
        RELOAD,
        { name: 'image', image: 'prom/prometheus' },
        { name: 'alertmanager', args: CONFIGURED },
        { name: 'server', image: 'prom/prometheus', args: CONFIGURED },
      ],
      names: '(server, alertmanager, image, reload)',
    },
  ];
  it.each(likely)('names $name where it finds none', ({ containers, names }) => {
    const found = containerOf(scrape(), template(containers));
    if (found.kind === 'found') throw new Error('it was found');
    expect(found.refusal).toEqual({
      reason: 'ContainerNotFound',
      stalled: true,
      message: `none of the containers ${names} is named prometheus, and not exactly one of them has the argument --config.file: name the right one in spec.workload.container`,
    });
  });

  it('names the likeliest first where spec names one that does not exist', () => {
    const containers = [RELOAD, { name: 'server', args: CONFIGURED }];
    expect(containerOf(scrape({ workload: { container: 'prom' } }), template(containers))).toMatchObject({
      refusal: {
        message: 'spec.workload.container is prom, but the containers are server, reload: name one of these',
      },
    });
  });
});

describe('scraperRefusal', () => {
  it.each([
    'prom/prometheus',
    'quay.io/prometheus/prometheus:v3.5.0',
    'registry.example:5000/prometheus@sha256:0000',
    'bitnami/prometheus:3',
    'prometheus:x',
    'rancher/mirrored-prometheus-prometheus:v2.45.0',
    'openshift/ose-prometheus-rhel9',
    'prom/prometheus-linux-arm64:v2.53.0',
    'victoriametrics/vmagent:v1.120.0',
  ])('takes the image %s for Prometheus', (image) => {
    const container = { name: 'a', image };
    expect(scraperRefusal(container, template([container]))).toBeUndefined();
  });

  it.each([
    'quay.io/prometheus-operator/prometheus-config-reloader:v0.86.0',
    'prometheus/alertmanager',
    'prom/prometheus-pushgateway',
    'stackdriver-prometheus-sidecar',
    'thanosio/thanos:v0.39.0',
    'prometheus/shop:prometheus',
    '',
  ])('does not take the image "%s" for Prometheus', (image) => {
    const container = { name: 'a', image };
    expect(scraperRefusal(container, template([container]))?.reason).toBe('NotAScraper');
  });

  it('takes any image that is given --config.file', () => {
    const container = { name: 'a', image: 'shop', args: CONFIGURED };
    expect(scraperRefusal(container, template([container]))).toBeUndefined();
  });

  it('says what was found and how to name another', () => {
    const containers = [
      { name: 'shop', image: 'shop:v1' },
      RELOAD,
      { name: 'server', image: 'prom/prometheus' },
    ];
    expect(scraperRefusal({ name: 'shop', image: 'shop:v1' }, template(containers))).toEqual({
      reason: 'NotAScraper',
      stalled: true,
      message:
        'container shop shows nothing of Prometheus: its image is shop:v1, and no argument is --config.file; name the one that runs Prometheus in spec.workload.container (the others are server, reload), or give this one the argument --config.file',
    });
  });

  it('names no other where there is none', () => {
    expect(scraperRefusal({ name: 'shop' }, template([{ name: 'shop' }]))?.message).toBe(
      'container shop shows nothing of Prometheus: its image is none, and no argument is --config.file; give this one the argument --config.file',
    );
  });
});
