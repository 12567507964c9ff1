import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/plan/plan.ts';
import { assessProxyConfig } from '../../../src/plan/workload/ignored-keys.ts';
import { isProxyConfigField, PROXY_CONFIG_FIELDS } from '../../../src/plan/workload/proxy-config-fields.ts';
import { scrape } from '../../support/scrape.ts';
import { snapshot, subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const found = (text: string | undefined) => {
  const annotations = text === undefined ? {} : { 'proxy.istio.io/config': text };
  return assessProxyConfig(subject({ statefulSet: statefulSet({ annotations }) })).findings;
};
const PREFIX = 'annotation proxy.istio.io/config has the key ';
const IGNORED = ', which Istio ignores without a word: ';

describe('assessProxyConfig', () => {
  it.each([
    { name: 'no annotation', text: undefined },
    { name: 'an empty one', text: '' },
    { name: 'one that cannot be read', text: 'concurency: [' },
    {
      name: 'our own two fields',
      text: 'proxyMetadata: {OUTPUT_CERTS: /a}\nholdApplicationUntilProxyStarts: true',
    },
    {
      name: 'the same as protobuf spells them',
      text: 'proxy_metadata: {}\nhold_application_until_proxy_starts: true',
    },
    { name: 'a field of versions before', text: 'parentShutdownDuration: 1m' },
    { name: 'a key that resembles nothing', text: 'fieldOfTheFuture: 1' },
    { name: 'a key that resembles a short name only', text: 'sdks: {}\nimages: {}' },
    {
      name: 'variables that nobody here knows',
      text: 'proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true", http_proxy: x}',
    },
    { name: 'variables named like fields', text: 'proxyMetadata: {CONCURRENCY: "2", STATUS_PORT: "15021"}' },
  ])('finds nothing in $name', ({ text }) => {
    expect(found(text)).toEqual([]);
  });

  it.each([
    { text: 'concurency: 2', key: 'concurency', fix: 'the field is called concurrency' },
    { text: 'Concurrency: 2', key: 'Concurrency', fix: 'the field is called concurrency' },
    { text: 'ProxyMetadata: {}', key: 'ProxyMetadata', fix: 'the field is called proxyMetadata' },
    { text: 'proxyMetaData: {}', key: 'proxyMetaData', fix: 'the field is called proxyMetadata' },
    { text: 'proxy-metadata: {}', key: 'proxy-metadata', fix: 'the field is called proxyMetadata' },
    {
      text: 'holdApplicationUntilProxyStart: true',
      key: 'holdApplicationUntilProxyStart',
      fix: 'the field is called holdApplicationUntilProxyStarts',
    },
    { text: 'MeshId: x', key: 'MeshId', fix: 'the field is called meshId' },
    { text: 'Image: {}', key: 'Image', fix: 'the field is called image' },
    { text: 'OUTPUT_CERTS: /a', key: 'OUTPUT_CERTS', fix: 'write OUTPUT_CERTS below proxyMetadata' },
    { text: 'outputCerts: /a', key: 'outputCerts', fix: 'write OUTPUT_CERTS below proxyMetadata' },
    { text: 'ISTIO_META_X: a', key: 'ISTIO_META_X', fix: 'write ISTIO_META_X below proxyMetadata' },
    {
      text: '"proxyMetadata.OUTPUT_CERTS": /a',
      key: 'proxyMetadata.OUTPUT_CERTS',
      fix: 'write OUTPUT_CERTS on a line of its own below proxyMetadata',
    },
    {
      text: 'proxyMetadata.INBOUND_CAPTURE_PORTS: ""',
      key: 'proxyMetadata.INBOUND_CAPTURE_PORTS',
      fix: 'take it out; it has no effect below proxyMetadata either',
    },
    {
      text: 'proxyMetadata: {holdApplicationUntilProxyStarts: "true"}',
      key: 'proxyMetadata.holdApplicationUntilProxyStarts',
      fix: 'holdApplicationUntilProxyStarts is no variable: write it at the top level, beside proxyMetadata',
    },
    {
      text: 'proxyMetadata: {holdapplicationuntilproxystarts: "true"}',
      key: 'proxyMetadata.holdapplicationuntilproxystarts',
      fix: 'holdApplicationUntilProxyStarts is no variable: write it at the top level, beside proxyMetadata',
    },
    {
      text: 'proxyMetadata: {OUTPUT_CERT: /a}',
      key: 'proxyMetadata.OUTPUT_CERT',
      fix: 'the variable is called OUTPUT_CERTS',
    },
    {
      text: 'proxyMetadata: {outputCerts: /a}',
      key: 'proxyMetadata.outputCerts',
      fix: 'the variable is called OUTPUT_CERTS',
    },
  ])('finds $key in "$text"', ({ text, key, fix }) => {
    expect(found(text)).toEqual([
      {
        code: 'ProxyConfigKeyIgnored',
        target: 'StatefulSet/prometheus',
        message: `${PREFIX}${key}${IGNORED}${fix}`,
      },
    ]);
  });

  it('finds each of several keys', () => {
    expect(found('OUTPUT_CERTS: /a\nconcurency: 1\nproxyMetadata: {outputcerts: /a}\n')).toHaveLength(3);
  });
});

describe('plan', () => {
  it('reports them whatever is managed', () => {
    const annotations = { 'proxy.istio.io/config': 'concurency: 1' };
    const resource = scrape({ manage: { workload: 'Ignore' } });
    const seen = snapshot({ resource, statefulSet: statefulSet({ annotations }) });
    expect(plan(seen).evaluation?.findings.map(({ code }) => code)).toContain('ProxyConfigKeyIgnored');
  });
});

describe('isProxyConfigField', () => {
  it('knows both spellings of every field, and nothing else', () => {
    expect(PROXY_CONFIG_FIELDS).toHaveLength(42);
    expect(PROXY_CONFIG_FIELDS.filter((name) => !isProxyConfigField(name))).toEqual([]);
    expect(
      ['stats_compression', 'fileFlushMinSizeKb', 'file_flush_min_size_kb', 'StatusPort'].map(
        isProxyConfigField,
      ),
    ).toEqual([true, true, true, false]);
  });
});
