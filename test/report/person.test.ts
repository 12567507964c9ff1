import { describe, expect, it } from 'vitest';
import type { ChangedBy } from '../../src/api/prometheus-istio-scrape.gen.ts';
import { isPerson } from '../../src/report/person.ts';

describe('isPerson', () => {
  it.each([
    { manager: 'kubectl-edit', operation: 'Update', is: true },
    { manager: 'kubectl-client-side-apply', operation: 'Update', is: true },
    { manager: 'kubectl', operation: 'Apply', is: true },
    { manager: 'k9s', operation: 'Update', is: true },
    { manager: 'Mozilla', operation: 'Update', is: true },
    { manager: 'k9s', operation: 'Apply', is: false },
    { manager: 'kubectler', operation: 'Apply', is: false },
    { manager: 'kube-controller-manager', operation: 'Update', is: false },
    { manager: 'argocd-controller', operation: 'Apply', is: false },
    { manager: 'kustomize-controller', operation: 'Apply', is: false },
    { manager: 'helm', operation: 'Update', is: false },
    { manager: 'Terraform', operation: 'Update', is: false },
    { manager: 'some-operator', operation: 'Update', is: false },
    { manager: 'k9s', operation: undefined, is: false },
    { manager: undefined, operation: undefined, is: false },
  ] as const)('is $is for $operation by $manager', ({ manager, operation, is }) => {
    const changedBy: ChangedBy = {
      confidence: 'Exact',
      ...(manager === undefined ? {} : { manager }),
      ...(operation === undefined ? {} : { operation }),
    };
    expect(isPerson(changedBy)).toBe(is);
  });
});
