// Worlds of the table that no other test has.
import type { StatefulSet } from '../../../src/api/kubernetes.ts';
import { present, reads } from '../../support/answers.ts';
import { ownableFields } from '../../support/field-set.ts';
import { handWired, type HandWiring } from '../../support/hand-wiring.ts';
import { entry } from '../../support/managed-fields.ts';
import { owned } from '../../support/owned-objects.ts';
import { podOf } from '../../support/pod.ts';
import type { SnapshotOptions } from '../../support/snapshot.ts';
import { WIRED_ANNOTATIONS } from '../../support/stateful-set.ts';

type MoreReads = Parameters<typeof reads>[0];

/** A Prometheus that nobody has wired, its pod without a proxy; `more` is laid over what is read. */
export function legacyWith(of: StatefulSet, more: MoreReads = {}): SnapshotOptions {
  return {
    statefulSet: of,
    reads: reads({ statefulSet: of, pods: [podOf(of, { proxy: 'none' })], ...more }),
  };
}

const PLAIN = Object.fromEntries(
  Object.entries(WIRED_ANNOTATIONS).filter(([, value]) => !value.includes('istio-output-certs')),
);
const HOLD = 'holdApplicationUntilProxyStarts: true\n';

/** The wiring of a careful owner: nothing of it is worth a finding. */
export function carefullyWired(wiring: HandWiring = {}): StatefulSet {
  const { output = '/etc/own-out', mounts = ['/etc/own-certs'], options = {} } = wiring;
  const config = `proxyMetadata:\n  OUTPUT_CERTS: ${output}\n${HOLD}`;
  const annotations = { ...PLAIN, 'proxy.istio.io/config': config, ...options.annotations };
  return handWired({ ...wiring, output, mounts, options: { ...options, annotations } });
}

/** Every field of it is kubectl's. */
export function applied(of: StatefulSet): StatefulSet {
  const managedFields = [entry('kubectl', [...ownableFields(of).keys()])];
  return { ...of, metadata: { ...of.metadata, managedFields } };
}

/** A wiring by hand, with the policy that it needs. */
export function handWorld(of: StatefulSet, more: MoreReads = {}): SnapshotOptions {
  const metadata = { name: 'theirs', creationTimestamp: '2020-01-01T00:00:00Z', labels: {}, annotations: {} };
  return {
    statefulSet: of,
    peerAuthentications: present([owned('PeerAuthentication', undefined, metadata)]),
    reads: reads({ statefulSet: of, ...more }),
  };
}
