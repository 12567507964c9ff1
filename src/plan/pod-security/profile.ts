// What the profile that a namespace enforces makes of what injection adds to a pod, by the labels and by what is known of the
// proxy; and what would get the pod admitted. What the template violates by itself is its owner's.
import { POD_SECURITY_ENFORCE } from '../../api/pod-security-names.ts';
import { INTERCEPTION_MODE } from '../../api/istio-names.ts';
import type { Labels, PodTemplate } from '../../api/kubernetes.ts';
import { levelOf } from './level.ts';
import { isSeccompProfile, type ProxyFacts } from './proxy-facts.ts';

export interface ProfileInput {
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly facts: ProxyFacts;
  /** As our write leaves it. */
  readonly template: PodTemplate;
}

type Requirement = 'cni' | 'seccomp';

export interface ProfileAnswer {
  readonly admits: 'True' | 'False' | 'Unknown';
  /** What the profile asks for and is known to be missing, or not known. */
  readonly lacking: readonly Requirement[];
}

/** Evaluates one template in one namespace. */
export function profileAnswer({ namespaceLabels, facts, template }: ProfileInput): ProfileAnswer {
  const has: Readonly<Record<Requirement, boolean | undefined>> = {
    cni: isWithoutInit(template) ? true : facts.hasCni,
    seccomp: hasOwnSeccomp(template) ? true : facts.hasSeccomp,
  };
  const asked = REQUIREMENTS[levelOf(namespaceLabels)];
  const missing = asked.filter((each) => has[each] === false);
  if (missing.length > 0) return { admits: 'False', lacking: missing };
  const unknown = asked.filter((each) => has[each] === undefined);
  return { admits: unknown.length > 0 ? 'Unknown' : 'True', lacking: unknown };
}

const REQUIREMENTS = {
  privileged: [],
  baseline: ['cni'],
  restricted: ['cni', 'seccomp'],
} as const satisfies Readonly<Record<ReturnType<typeof levelOf>, readonly Requirement[]>>;

/** What is lacking, in the words of the containers that are refused. */
export function lackingText({ namespaceLabels }: ProfileInput, { lacking }: ProfileAnswer): string {
  const whats = lacking.map((each) => LACKING[each]).join(', and ');
  return `the namespace enforces ${levelOf(namespaceLabels)}, ${whats}`;
}

const LACKING: Readonly<Record<Requirement, string>> = {
  cni: "which refuses NET_ADMIN and NET_RAW of istio-init, and Istio's CNI plugin, which does without, is not on",
  seccomp: 'which asks for a seccompProfile, and neither the pod template nor the injector sets one',
};

/** What nobody could see, and what it would decide. */
export function unknownText({ namespaceLabels }: ProfileInput, { lacking }: ProfileAnswer): string {
  const whats = lacking.map((each) => NOT_SEEN[each]).join(', and ');
  return `the namespace enforces ${levelOf(namespaceLabels)}, and ${whats} cannot be seen in the values of the injector's ConfigMap`;
}

const NOT_SEEN: Readonly<Record<Requirement, string>> = {
  cni: "whether Istio's CNI plugin is on",
  seccomp: 'whether the injector sets a seccompProfile',
};

export interface ProfileChange {
  /** What a person has to do. */
  readonly sentence: string;
  /** With these the profile admits the pod. */
  readonly changed: ProfileInput;
}

/**
 * What gets the pod admitted, the change with the least effect on others first. Where the labels are not known to be the
 * cause, the label is what still decides.
 */
export function profileAdvice(input: ProfileInput): readonly ProfileChange[] {
  const label = change(input, `label Namespace/${input.namespace} ${POD_SECURITY_ENFORCE}=privileged`, {
    namespaceLabels: { ...input.namespaceLabels, [POD_SECURITY_ENFORCE]: 'privileged' },
  });
  if (profileAnswer(input).admits !== 'False') {
    return input.namespaceLabels[POD_SECURITY_ENFORCE] === 'privileged' ? [] : [label];
  }
  const seccomp = change(input, SECCOMP, { template: withSeccomp(input.template) });
  const facts = { ...input.facts, hasCni: true };
  const all = [
    seccomp,
    label,
    change(input, CNI, { facts }),
    change(seccomp.changed, `${CNI} and ${SECCOMP}`, { facts }),
  ];
  // Two changes are no advice where one of them is enough.
  return all.filter(({ changed }) => profileAnswer(changed).admits === 'True').slice(0, 2);
}

const SECCOMP = 'set securityContext.seccompProfile.type of the pod template to RuntimeDefault';
const CNI = "let Istio's CNI plugin do the redirection (pilot.cni.enabled)";

function change(input: ProfileInput, sentence: string, changes: Partial<ProfileInput>): ProfileChange {
  return { sentence, changed: { ...input, ...changes } };
}

/** Without redirection the injector adds no init container. */
function isWithoutInit({ metadata }: PodTemplate): boolean {
  return metadata?.annotations?.[INTERCEPTION_MODE] === 'NONE';
}

function hasOwnSeccomp({ spec }: PodTemplate): boolean {
  return isSeccompProfile(spec.securityContext?.seccompProfile?.type);
}

function withSeccomp({ metadata, spec }: PodTemplate): PodTemplate {
  const securityContext = { ...spec.securityContext, seccompProfile: { type: 'RuntimeDefault' } };
  return { ...(metadata === undefined ? {} : { metadata }), spec: { ...spec, securityContext } };
}
