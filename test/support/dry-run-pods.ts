// The optional component dry-run-pods as kubectl installs it, and pods that the controller's account asks for.
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, vi } from 'vitest';
import { untilPermitted } from '../../testbed/api/install.ts';
import { runKubectl, type CommandResult } from '../../testbed/control-plane/kubeconfig.ts';
import type { TestBed } from './control-plane.ts';

const COMPONENT = join(import.meta.dirname, '../../deploy/components/dry-run-pods');
/** As deploy/ names it. */
export const ACCOUNT = 'system:serviceaccount:meshscrape-system:meshscrape';
/** What the policy says. */
export const DRY_RUN_ONLY = 'the controller may create pods in a dry run only';

export interface DryRunPods {
  /** kubectl apply -k; returns when permission and policy are in effect. */
  readonly install: () => Promise<void>;
  readonly remove: () => Promise<void>;
  /** kubectl run, by the controller's account. */
  readonly create: (name: string, ...flags: readonly string[]) => Promise<CommandResult>;
}

export function dryRunPods(bed: TestBed): DryRunPods {
  const kustomize = async (verb: 'apply' | 'delete'): Promise<CommandResult> => {
    const directory = mkdtempSync(join(tmpdir(), 'meshscrape-component-'));
    try {
      const text = `components: [${relative(directory, COMPONENT)}]\n`;
      await writeFile(join(directory, 'kustomization.yaml'), text);
      return await bed.kubectl(verb, '-k', directory);
    } finally {
      await rm(directory, { recursive: true });
    }
  };
  const create: DryRunPods['create'] = (name, ...flags) =>
    runKubectl(bed.kubeconfigFor(ACCOUNT), [
      'run',
      name,
      `--namespace=${bed.namespace}`,
      '--image=busybox',
      ...flags,
    ]);
  return {
    create,
    install: async () => {
      expect(await kustomize('apply')).toMatchObject({ code: 0, stderr: '' });
      const { namespace } = bed;
      await untilPermitted(bed.api, {
        user: ACCOUNT,
        verb: 'create',
        group: '',
        resource: 'pods',
        namespace,
      });
      // A policy takes effect some time after it was created. Until then the name is taken by what it let through.
      const isKept = async (): Promise<void> => {
        expect((await create(`tried-${Date.now()}`)).stderr).toContain(DRY_RUN_ONLY);
      };
      await vi.waitFor(isKept, { timeout: 90_000, interval: 100 });
    },
    remove: async () => {
      expect(await kustomize('delete')).toMatchObject({ code: 0 });
    },
  };
}
