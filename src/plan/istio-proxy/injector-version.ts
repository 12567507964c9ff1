// How old the injectors of the cluster are, as their webhook configurations say: Istio's charts label them since 1.24.
import { INJECTOR_WEBHOOK_SUFFIX } from '../../api/istio-names.ts';
import type { MutatingWebhookConfiguration } from '../../api/kubernetes.ts';
import { itemsOf } from '../model/observed.ts';
import { answerTo, type Reads } from '../model/reads.ts';
import { isVersionBefore } from './proxy-versions.ts';

/** The first whose istiod lets the inject label decide alone. */
const LABEL_DECIDES = '1.12.0';

/** True if every injector of the cluster is known to read the inject label before the annotation. */
export function doesLabelDecide(reads: Reads): boolean {
  const configurations = itemsOf(answerTo(reads, { kind: 'WebhookConfigurations' }));
  const versions = configurations.filter(injects).map(versionOf);
  return (
    versions.length > 0 &&
    versions.every((version) => version !== undefined && !isVersionBefore(version, LABEL_DECIDES))
  );
}

function injects({ webhooks = [] }: MutatingWebhookConfiguration): boolean {
  return webhooks.some(({ name }) => name.endsWith(INJECTOR_WEBHOOK_SUFFIX));
}

function versionOf({ metadata: { labels = {} } }: MutatingWebhookConfiguration): string | undefined {
  return /^v?(\d+\.\d+(?:\.\d+)?)/.exec(labels['app.kubernetes.io/version'] ?? '')?.[1];
}
