// Every advice is a change: with it the refusal is gone, and nothing else of the world is another.
import { describe, expect, it } from 'vitest';
import { profileAdvice, profileAnswer, type ProfileInput } from '../../../src/plan/pod-security/profile.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const SECCOMP = 'set securityContext.seccompProfile.type of the pod template to RuntimeDefault';
const LABEL = `label Namespace/app-metrics ${ENFORCE}=privileged`;
const CNI = "let Istio's CNI plugin do the redirection (pilot.cni.enabled)";

interface Row {
  readonly name: string;
  readonly level?: string;
  readonly hasCni?: boolean;
  readonly hasSeccomp?: boolean;
  readonly says: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'baseline without CNI', level: 'baseline', hasCni: false, says: [LABEL, CNI] },
  {
    name: 'restricted without a seccompProfile',
    level: 'restricted',
    hasCni: true,
    hasSeccomp: false,
    says: [SECCOMP, LABEL],
  },
  {
    name: 'restricted without a seccompProfile, CNI not known',
    level: 'restricted',
    hasSeccomp: false,
    says: [LABEL, `${CNI} and ${SECCOMP}`],
  },
  {
    name: 'restricted without CNI',
    level: 'restricted',
    hasCni: false,
    hasSeccomp: true,
    says: [LABEL, CNI],
  },
  {
    name: 'restricted without both',
    level: 'restricted',
    hasCni: false,
    hasSeccomp: false,
    says: [LABEL, `${CNI} and ${SECCOMP}`],
  },
  {
    name: 'a level that the API server does not know, which it takes for restricted',
    level: 'strict',
    hasCni: true,
    hasSeccomp: false,
    says: [SECCOMP, LABEL],
  },
  { name: 'labels that are not the cause', level: 'baseline', hasCni: true, says: [LABEL] },
  { name: 'a namespace without the label', says: [LABEL] },
  { name: 'a namespace that is privileged already', level: 'privileged', says: [] },
];

function inputOf({ level, hasCni, hasSeccomp }: Row): ProfileInput {
  return {
    namespace: 'app-metrics',
    namespaceLabels: { team: 'a', ...(level === undefined ? {} : { [ENFORCE]: level }) },
    facts: { hasCni, hasSeccomp },
    template: statefulSet().spec.template,
  };
}

describe('profileAdvice', () => {
  it.each(rows)('advises for $name', (row) => {
    expect(profileAdvice(inputOf(row)).map(({ sentence }) => sentence)).toEqual(row.says);
  });

  it.each(rows)(
    'gives only advice with which the pod is admitted, and changes nothing else: $name',
    (row) => {
      const input = inputOf(row);
      for (const { changed } of profileAdvice(input)) {
        expect(profileAnswer(changed)).toEqual({ admits: 'True', lacking: [] });
        expect({ ...changed.namespaceLabels, [ENFORCE]: undefined }).toEqual({
          team: 'a',
          [ENFORCE]: undefined,
        });
        const { spec, metadata } = changed.template;
        expect({ metadata, spec: { ...spec, securityContext: undefined } }).toEqual(input.template);
      }
    },
  );
});
