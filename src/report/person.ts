// Whether a person made a change, by the manager that managedFields name: a person is to know what became of it.
import type { ChangedBy } from '../api/prometheus-istio-scrape.gen.ts';

/** kubectl-edit, kubectl-patch, kubectl-client-side-apply and their like, whatever operation they use. */
const BY_HAND = /^kubectl(?:-|$)/;
/** How programs that change objects by themselves call themselves. */
const PROGRAM = /controller|operator|manager|injector|webhook|helm|flux|argocd|kustomize|terraform|pulumi/i;

/** True for kubectl, and for an Update by what is not named like a program, such as k9s or a browser. */
export function isPerson({ manager, operation }: ChangedBy): boolean {
  if (manager === undefined) return false;
  return BY_HAND.test(manager) || (operation === 'Update' && !PROGRAM.test(manager));
}
