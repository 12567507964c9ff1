// MutatingWebhookConfigurations as Istio installs them: a revision's, the default one's and a tag's.
import type { LabelSelector, MutatingWebhookConfiguration } from '../../src/api/kubernetes.ts';

const RULES = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }];

export interface InjectorOptions {
  /** `default` where unset. */
  readonly revision?: string;
  /** The configuration is this tag's, of the revision. */
  readonly tag?: string;
  readonly name?: string;
  readonly matchConditions?: readonly unknown[];
}

/** The webhooks of one control plane; the default revision and the tag `default` have two more. */
export function injector(options: InjectorOptions = {}): MutatingWebhookConfiguration {
  const { revision = 'default', tag, matchConditions } = options;
  const is = (key: string, ...values: string[]) => ({ key, operator: 'In', values });
  const isNot = (key: string, ...values: string[]) => ({ key, operator: 'NotIn', values });
  const absent = (key: string) => ({ key, operator: 'DoesNotExist' });
  const webhook = (
    prefix: string,
    namespaces: LabelSelector['matchExpressions'] = [],
    pods: LabelSelector['matchExpressions'] = [],
  ) => ({
    name: `${prefix}.sidecar-injector.istio.io`,
    rules: RULES,
    namespaceSelector: { matchExpressions: namespaces },
    objectSelector: { matchExpressions: pods },
    ...(matchConditions === undefined ? {} : { matchConditions }),
  });
  const [rev, enabled, inject] = ['istio.io/rev', 'istio-injection', 'sidecar.istio.io/inject'];
  const answersTo = tag ?? revision;
  const suffix = revision === 'default' ? '' : `-${revision}`;
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name:
        options.name ?? (tag === undefined ? `istio-sidecar-injector${suffix}` : `istio-revision-tag-${tag}`),
      namespace: '',
      uid: `uid-${answersTo}`,
      resourceVersion: '1',
      labels: { 'istio.io/rev': revision, ...(tag === undefined ? {} : { 'istio.io/tag': tag }) },
    },
    webhooks: [
      webhook('rev.namespace', [is(rev, answersTo), absent(enabled)], [isNot(inject, 'false')]),
      webhook('rev.object', [absent(rev), absent(enabled)], [isNot(inject, 'false'), is(rev, answersTo)]),
      ...(answersTo === 'default'
        ? [
            webhook('namespace', [is(enabled, 'enabled')], [isNot(inject, 'false')]),
            webhook('object', [absent(enabled), absent(rev)], [is(inject, 'true'), absent(rev)]),
          ]
        : []),
    ],
  };
}
