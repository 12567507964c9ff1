// Admission that refuses writes to one object of a test bed: by a policy, or by a webhook that is down.
import { afterAll, expect, vi } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { TestBed } from './control-plane.ts';

export interface Refusals {
  /** Every update of the StatefulSet of that name is refused from now on, for that reason. */
  readonly denies: (target: KubeObject, reason: 'Forbidden' | 'Invalid') => Promise<void>;
  /** Every update of it meets a webhook that does not answer. */
  readonly webhookDown: (target: KubeObject) => Promise<void>;
}

/** To be called at the top level of a test file; what it creates goes with the file's last test. */
export function useRefusals(bed: TestBed): Refusals {
  const created: KubeObject[] = [];
  afterAll(async () => {
    for (const object of created) await bed.api.delete(object);
  });
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': bed.namespace } };
  const metadataOf = (name: string): KubeObject['metadata'] => ({ name: `${bed.namespace}-${name}` });
  const conditionOf = (name: string): object => ({
    name: 'one',
    expression: `object.metadata.name == '${name}'`,
  });
  /** Admission configuration takes effect some time after it was created. */
  const takesEffect = async (target: KubeObject, message: string): Promise<void> => {
    const change = { metadata: { annotations: { tried: 'x' } } };
    const refusal = (): Promise<unknown> =>
      bed.api.patch(target, change, { dryRun: true }).then(
        () => 'allowed',
        (error: unknown) => String(error),
      );
    const isRefused = async (): Promise<void> => {
      expect(await refusal()).toContain(message);
    };
    await vi.waitFor(isRefused, { timeout: 90_000, interval: 100 });
  };
  return {
    denies: async (target, reason) => {
      const { name = '' } = target.metadata;
      const message = `nobody changes ${name}`;
      const rule = {
        apiGroups: ['apps'],
        apiVersions: ['*'],
        operations: ['UPDATE'],
        resources: ['statefulsets'],
      };
      const policy = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: metadataOf(name),
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { resourceRules: [rule], namespaceSelector },
          matchConditions: [conditionOf(name)],
          validations: [{ expression: 'false', reason, message }],
        },
      };
      const binding = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: metadataOf(name),
        spec: { policyName: metadataOf(name).name, validationActions: ['Deny'] },
      };
      for (const object of [policy, binding]) created.push(await bed.api.create(object));
      await takesEffect(target, message);
    },
    webhookDown: async (target) => {
      const { name = '' } = target.metadata;
      const webhook = {
        name: 'down.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: { url: 'https://127.0.0.1:1/down' },
        namespaceSelector,
        matchConditions: [conditionOf(name)],
        rules: [
          { apiGroups: ['apps'], apiVersions: ['*'], operations: ['UPDATE'], resources: ['statefulsets'] },
        ],
      };
      created.push(
        await bed.api.create({
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'ValidatingWebhookConfiguration',
          metadata: metadataOf(name),
          webhooks: [webhook],
        }),
      );
      await takesEffect(target, 'down.example.com');
    },
  };
}
