// Advice about objects that have no room for the record of what they hold.
import type { KubernetesObject } from '../../../../src/api/kubernetes.ts';
import { present } from '../../../support/answers.ts';
import { configMap } from '../../../support/config-map.ts';
import { statefulSet } from '../../../support/stateful-set.ts';
import { PROMETHEUS_YAML } from '../../../support/world.ts';
import { annotations, configMapOf, resource, template } from '../changes.ts';
import type { AdviceRow } from '../row.ts';
import { legacyWith } from '../worlds.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** A path to Istio's file that takes more room than there is. */
const LONG = `/etc/certs/${'./'.repeat(131_000)}root-cert.pem`;
const LONG_JOB = `- job_name: long\n  scheme: https\n  tls_config: {ca_file: ${LONG}, cert_file: /etc/certs/cert-chain.pem, key_file: /etc/certs/key.pem}\n`;
const SMALL_JOB = 'kubernetes-pods-istio-secure';

const without = <T extends KubernetesObject>(key: string) => {
  return (object: T): T => {
    const { [key]: taken, ...kept } = object.metadata.annotations ?? {};
    if (taken === undefined) throw new Error(`there is no annotation ${key}`);
    return { ...object, metadata: { ...object.metadata, annotations: kept } };
  };
};

function crowded(key: string, words: string): AdviceRow {
  const of = configMap(undefined, { metadata: { annotations: { [key]: 'x'.repeat(262_000) } } });
  return {
    code: 'RecordTooLarge',
    name: `${key} takes nearly all the room`,
    seen: legacyWith(statefulSet(), { configMaps: { prometheus: present(of) } }),
    advice: [{ words, change: configMapOf('prometheus', without(key)) }],
  };
}

export const RECORD_ADVICE: readonly AdviceRow[] = [
  crowded(LAST_APPLIED, `take annotation ${LAST_APPLIED} out`),
  crowded('team', 'make room among them'),
  {
    code: 'RecordTooLarge',
    name: 'what a job names takes more room than there is',
    seen: legacyWith(statefulSet(), {
      configMaps: { prometheus: present(configMap(`${PROMETHEUS_YAML}${LONG_JOB}`)) },
    }),
    advice: [
      {
        words: 'choose fewer jobs in spec.config.jobs',
        change: resource(({ config }) => ({ config: { ...config, jobs: [SMALL_JOB] } })),
        brings: ['StalePath', 'StalePath', 'StalePath', 'JobLeftOut'],
      },
    ],
  },
  {
    code: 'RecordTooLarge',
    name: 'an annotation of the pod template takes more room than there is',
    seen: legacyWith(statefulSet({ annotations: { 'proxy.istio.io/config': `#${'x'.repeat(262_100)}\n` } })),
    advice: [
      {
        words: 'make the annotations of the pod template shorter',
        change: template(annotations({ 'proxy.istio.io/config': '# x\n' })),
      },
    ],
  },
];
