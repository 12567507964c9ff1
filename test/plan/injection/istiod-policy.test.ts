import { describe, expect, it } from 'vitest';
import { podDecision, readInjectorPolicy } from '../../../src/plan/injection/istiod-policy.ts';

describe('podDecision', () => {
  it.each([
    { label: undefined, annotation: undefined, kind: 'Undecided' },
    { label: 'true', annotation: undefined, kind: 'Injected' },
    { label: undefined, annotation: 'true', kind: 'Injected' },
    { label: 'true', annotation: 'false', kind: 'Injected' },
    { label: 'false', annotation: 'true', kind: 'Refused' },
    { label: undefined, annotation: 'false', kind: 'Refused' },
    { label: 'yes', annotation: 'false', kind: 'Undecided' },
    { label: '', annotation: 'false', kind: 'Undecided' },
    { label: 'True', annotation: undefined, kind: 'Undecided' },
  ])('takes label $label and annotation $annotation for $kind', ({ label, annotation, kind }) => {
    const key = 'sidecar.istio.io/inject';
    const metadata = {
      labels: label === undefined ? {} : { [key]: label },
      annotations: annotation === undefined ? {} : { [key]: annotation },
    };
    expect(podDecision('app-metrics', { metadata, spec: { containers: [] } }).kind).toBe(kind);
  });
});

describe('readInjectorPolicy', () => {
  it('reads the fields that istiod reads, and nothing else', () => {
    const text = `policy: enabled
alwaysInjectSelector: []
neverInjectSelector:
- matchExpressions:
  - {key: openshift.io/build.name, operator: Exists}
- matchLabels: {team: never}
template: "{{ not looked at }}"
`;
    expect(readInjectorPolicy(text)).toEqual({
      enabled: true,
      alwaysInject: [],
      neverInject: [
        {
          matchLabels: {},
          matchExpressions: [{ key: 'openshift.io/build.name', operator: 'Exists', values: [] }],
        },
        { matchLabels: { team: 'never' }, matchExpressions: [] },
      ],
    });
  });

  it.each([
    { text: 'policy: disabled', enabled: false },
    { text: 'policy: Enabled', enabled: false },
    { text: 'neverInjectSelector: all', enabled: false },
  ])('takes every word but enabled for disabled, as istiod does: $text', ({ text, enabled }) => {
    expect(readInjectorPolicy(text)).toEqual({ enabled, alwaysInject: [], neverInject: [] });
  });

  it.each(['', 'just text', '- a list', 'policy: [', 'policy: enabled\n---\n'])(
    'reads no policy in %j',
    (text) => {
      expect(readInjectorPolicy(text)).toBeUndefined();
    },
  );
});
