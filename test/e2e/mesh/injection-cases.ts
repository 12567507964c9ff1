// What is tried on real istiods: namespace, pod, and who injects. The answers are what was seen; a test asks again.
export interface Case {
  readonly name: string;
  /** The namespace's labels. */
  readonly of?: Readonly<Record<string, string>>;
  /** A namespace by name, where labels are not the point. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
  /** Webhooks asked, as `<prefix>@<configuration>`, in order; the one that injects has a `!`. */
  readonly asked: string;
}

const NONE = '';
const INJECT = 'sidecar.istio.io/inject';
const REV = 'istio.io/rev';
const NAMESPACE = 'istio-injection';
const yes = { [INJECT]: 'true' };
const no = { [INJECT]: 'false' };
const DEFAULT = 'istio-sidecar-injector';
const CANARY = 'istio-sidecar-injector-canary';
const PROD = 'istio-revision-tag-prod';

/**
 * Two istiods: `default`, whose policy is enabled but never injects team=never, and `canary`, whose policy is disabled
 * but always injects team=always. `prod` is a tag of canary.
 */
export const TWO_REVISIONS: readonly Case[] = [
  // Nothing on the namespace.
  { name: 'nothing said', asked: NONE },
  { name: 'label true', labels: yes, asked: `object@${DEFAULT}!` },
  { name: 'label false', labels: no, asked: NONE },
  { name: 'label yes', labels: { [INJECT]: 'yes' }, asked: NONE },
  { name: 'label True', labels: { [INJECT]: 'True' }, asked: NONE },
  { name: 'empty label', labels: { [INJECT]: '' }, asked: NONE },
  { name: 'annotation true', annotations: yes, asked: NONE },
  { name: 'annotation false', annotations: no, asked: NONE },
  { name: 'label true, annotation false', labels: yes, annotations: no, asked: `object@${DEFAULT}!` },
  { name: 'label false, annotation true', labels: no, annotations: yes, asked: NONE },
  { name: 'label true and hostNetwork', labels: yes, hostNetwork: true, asked: `object@${DEFAULT}` },
  {
    name: 'label true and a team never injected',
    labels: { ...yes, team: 'never' },
    asked: `object@${DEFAULT}!`,
  },
  { name: 'revision default', labels: { [REV]: 'default' }, asked: `rev.object@${DEFAULT}!` },
  {
    name: 'revision default, label true',
    labels: { [REV]: 'default', ...yes },
    asked: `rev.object@${DEFAULT}!`,
  },
  { name: 'revision default, label false', labels: { [REV]: 'default', ...no }, asked: NONE },
  {
    name: 'revision default, team never',
    labels: { [REV]: 'default', team: 'never' },
    asked: `rev.object@${DEFAULT}`,
  },
  { name: 'revision canary by its policy', labels: { [REV]: 'canary' }, asked: `rev.object@${CANARY}` },
  {
    name: 'revision canary, team always',
    labels: { [REV]: 'canary', team: 'always' },
    asked: `rev.object@${CANARY}!`,
  },
  {
    name: 'revision canary, label true',
    labels: { [REV]: 'canary', ...yes },
    asked: `rev.object@${CANARY}!`,
  },
  {
    name: 'revision canary, annotation true',
    labels: { [REV]: 'canary' },
    annotations: yes,
    asked: `rev.object@${CANARY}!`,
  },
  {
    name: 'revision canary, label yes',
    labels: { [REV]: 'canary', [INJECT]: 'yes' },
    annotations: yes,
    asked: `rev.object@${CANARY}`,
  },
  { name: 'a tag', labels: { [REV]: 'prod' }, annotations: yes, asked: `rev.object@${PROD}!` },
  { name: 'a revision that is not there', labels: { [REV]: 'gone', ...yes }, asked: NONE },
  // The namespace is enabled.
  { name: 'enabled, nothing said', of: { [NAMESPACE]: 'enabled' }, asked: `namespace@${DEFAULT}!` },
  {
    name: 'enabled, label true',
    of: { [NAMESPACE]: 'enabled' },
    labels: yes,
    asked: `namespace@${DEFAULT}!`,
  },
  { name: 'enabled, label false', of: { [NAMESPACE]: 'enabled' }, labels: no, asked: NONE },
  {
    name: 'enabled, label no',
    of: { [NAMESPACE]: 'enabled' },
    labels: { [INJECT]: 'no' },
    asked: `namespace@${DEFAULT}!`,
  },
  {
    name: 'enabled, annotation false',
    of: { [NAMESPACE]: 'enabled' },
    annotations: no,
    asked: `namespace@${DEFAULT}`,
  },
  {
    name: 'enabled, label true, annotation false',
    of: { [NAMESPACE]: 'enabled' },
    labels: yes,
    annotations: no,
    asked: `namespace@${DEFAULT}!`,
  },
  {
    name: 'enabled, label false, annotation true',
    of: { [NAMESPACE]: 'enabled' },
    labels: no,
    annotations: yes,
    asked: NONE,
  },
  {
    name: 'enabled, empty label, annotation false',
    of: { [NAMESPACE]: 'enabled' },
    labels: { [INJECT]: '' },
    annotations: no,
    asked: `namespace@${DEFAULT}!`,
  },
  {
    name: 'enabled, team never',
    of: { [NAMESPACE]: 'enabled' },
    labels: { team: 'never' },
    asked: `namespace@${DEFAULT}`,
  },
  {
    name: 'enabled, team never, annotation true',
    of: { [NAMESPACE]: 'enabled' },
    labels: { team: 'never' },
    annotations: yes,
    asked: `namespace@${DEFAULT}!`,
  },
  {
    name: 'enabled, revision canary',
    of: { [NAMESPACE]: 'enabled' },
    labels: { [REV]: 'canary' },
    annotations: yes,
    asked: `namespace@${DEFAULT}!`,
  },
  {
    name: 'enabled, hostNetwork',
    of: { [NAMESPACE]: 'enabled' },
    hostNetwork: true,
    asked: `namespace@${DEFAULT}`,
  },
  // The namespace has opted out: any value but enabled does.
  { name: 'opted out, label true', of: { [NAMESPACE]: 'disabled' }, labels: yes, asked: NONE },
  {
    name: 'opted out, revision canary',
    of: { [NAMESPACE]: 'disabled' },
    labels: { [REV]: 'canary' },
    annotations: yes,
    asked: NONE,
  },
  { name: 'an odd word, label true', of: { [NAMESPACE]: 'true' }, labels: yes, asked: NONE },
  { name: 'an empty word, label true', of: { [NAMESPACE]: '' }, labels: yes, asked: NONE },
  // The namespace names a revision.
  { name: 'of canary, nothing said', of: { [REV]: 'canary' }, asked: `rev.namespace@${CANARY}` },
  { name: 'of canary, label true', of: { [REV]: 'canary' }, labels: yes, asked: `rev.namespace@${CANARY}!` },
  {
    name: 'of canary, pod of default',
    of: { [REV]: 'canary' },
    labels: { [REV]: 'default' },
    annotations: yes,
    asked: `rev.namespace@${CANARY}!`,
  },
  { name: 'of the tag, label true', of: { [REV]: 'prod' }, labels: yes, asked: `rev.namespace@${PROD}!` },
  { name: 'of the tag, label false', of: { [REV]: 'prod' }, labels: no, asked: NONE },
  { name: 'of default, nothing said', of: { [REV]: 'default' }, asked: `rev.namespace@${DEFAULT}!` },
  { name: 'of a revision that is not there', of: { [REV]: 'gone' }, labels: yes, asked: NONE },
  {
    name: 'enabled and of canary',
    of: { [NAMESPACE]: 'enabled', [REV]: 'canary' },
    asked: `namespace@${DEFAULT}!`,
  },
  {
    name: 'opted out and of canary',
    of: { [NAMESPACE]: 'disabled', [REV]: 'canary' },
    labels: yes,
    asked: NONE,
  },
  // Namespaces where istiod never injects.
  { name: 'kube-public, label true', namespace: 'kube-public', labels: yes, asked: `object@${DEFAULT}` },
  {
    name: 'kube-system, revision canary',
    namespace: 'kube-system',
    labels: { [REV]: 'canary', ...yes },
    asked: `rev.object@${CANARY}`,
  },
  { name: 'istio-system, label true', namespace: 'istio-system', labels: yes, asked: `object@${DEFAULT}!` },
];

/** The default revision with `enableNamespacesByDefault`. */
export const BY_DEFAULT: readonly Case[] = [
  { name: 'nothing said', asked: `auto@${DEFAULT}!` },
  { name: 'annotation false', annotations: no, asked: `auto@${DEFAULT}` },
  { name: 'label false', labels: no, asked: NONE },
  { name: 'label true', labels: yes, asked: `object@${DEFAULT}!` },
  { name: 'label yes', labels: { [INJECT]: 'yes' }, asked: NONE },
  { name: 'team never', labels: { team: 'never' }, asked: `auto@${DEFAULT}` },
  { name: 'opted out', of: { [NAMESPACE]: 'disabled' }, asked: NONE },
  { name: 'enabled', of: { [NAMESPACE]: 'enabled' }, asked: `namespace@${DEFAULT}!` },
  {
    name: 'of canary, annotation true',
    of: { [REV]: 'canary' },
    annotations: yes,
    asked: `rev.namespace@${CANARY}!`,
  },
  { name: 'kube-public', namespace: 'kube-public', asked: NONE },
];

/** `istioctl tag set default --revision canary`: the default revision's own webhooks never match again. */
export const DEFAULT_MOVED: readonly Case[] = [
  { name: 'label true', labels: yes, asked: 'object@istio-revision-tag-default!' },
  {
    name: 'revision default',
    labels: { [REV]: 'default' },
    annotations: yes,
    asked: 'rev.object@istio-revision-tag-default!',
  },
  {
    name: 'enabled, nothing said',
    of: { [NAMESPACE]: 'enabled' },
    asked: 'namespace@istio-revision-tag-default',
  },
  {
    name: 'enabled, annotation true',
    of: { [NAMESPACE]: 'enabled' },
    annotations: yes,
    asked: 'namespace@istio-revision-tag-default!',
  },
  { name: 'opted out, label true', of: { [NAMESPACE]: 'disabled' }, labels: yes, asked: NONE },
];

/** No default revision at all, and canary's webhooks are there twice. */
export const ONLY_CANARY_TWICE: readonly Case[] = [
  { name: 'label true', labels: yes, asked: NONE },
  { name: 'enabled, label true', of: { [NAMESPACE]: 'enabled' }, labels: yes, asked: NONE },
  {
    name: 'revision canary',
    labels: { [REV]: 'canary' },
    annotations: yes,
    asked: `rev.object@${CANARY}! rev.object@twin`,
  },
  {
    name: 'of canary, label true',
    of: { [REV]: 'canary' },
    labels: yes,
    asked: `rev.namespace@${CANARY}! rev.namespace@twin`,
  },
];

/** Every combination of the labels that count on namespace and pod: 900. */
export function combinations(): Case[] {
  const one = (key: string, values: readonly string[]): Readonly<Record<string, string>>[] => [
    {},
    ...values.map((value) => ({ [key]: value })),
  ];
  const revisions = one(REV, ['default', 'canary', 'prod', 'gone']);
  const both = (a: Readonly<Record<string, string>>[]): Readonly<Record<string, string>>[] =>
    a.flatMap((first) => revisions.map((second) => ({ ...first, ...second })));
  return both(one(NAMESPACE, ['enabled', 'disabled'])).flatMap((of) =>
    both(one(INJECT, ['true', 'false', 'yes'])).flatMap((labels) =>
      one(INJECT, ['true', 'false']).map((annotations) => ({ name: '', of, labels, annotations, asked: '' })),
    ),
  );
}
