// How tools that follow kstatus (Flux, kpt, Helm 4) sum a custom resource up: a test oracle.
// Written from the rules of sigs.k8s.io/cli-utils, pkg/kstatus/status; it knows nothing of our code.

export type Kstatus = 'Terminating' | 'InProgress' | 'Failed' | 'Current';

export interface StatusHolder {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly status?:
    | {
        readonly observedGeneration?: number;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      }
    | undefined;
}

/** The first rule that applies decides. Failed is reached by Stalled alone, and what says nothing at all is Current. */
export function kstatusOf({ metadata, status = {} }: StatusHolder): Kstatus {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const { observedGeneration, conditions = [] } = status;
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) return 'InProgress';
  const statusOf = (type: string): string | undefined =>
    conditions.find((each) => each.type === type)?.status;
  if (statusOf('Reconciling') === 'True') return 'InProgress';
  if (statusOf('Stalled') === 'True') return 'Failed';
  const ready = statusOf('Ready');
  return ready === undefined || ready === 'True' ? 'Current' : 'InProgress';
}
