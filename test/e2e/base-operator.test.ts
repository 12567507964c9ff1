// The operator library's lifecycle on the real API server: registering the CRD, and the finalizer.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BaseOperator } from '../../src/controller/base-operator.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useKubeClients } from '../support/kube-client.ts';

const bed = useTestBed({ kubelet: false });
const { client } = useKubeClients(bed);

describe('BaseOperator on the real API server', () => {
  class FinalizerOperator extends BaseOperator {
    readonly #namespace = bed.namespace;
    readonly undone: string[] = [];
    #seen: (() => void)[] = [];

    protected override async init(): Promise<void> {
      const file = join(import.meta.dirname, '../../crds/prometheusistioscrapes.meshscrape.dev.yaml');
      const definition = await this.registerCustomResourceDefinition(file);
      await this.watchResource(
        definition.group,
        'v1alpha1',
        definition.plural,
        async (event) => {
          const resource = this.cluster.resource(`${event.meta.namespace ?? ''}/${event.meta.name}`);
          if (resource?.metadata.deletionTimestamp === undefined) {
            if (resource !== undefined) await this.finalizer.ensure(resource);
          } else {
            await this.finalizer.finish(resource, () => {
              this.undone.push(resource.metadata.name);
              return Promise.resolve();
            });
          }
          for (const resolve of this.#seen.splice(0)) resolve();
        },
        this.#namespace,
      );
    }
  }

  it('registers the CRD again, holds a resource until it is undone, and stops', async () => {
    const made = client();
    const operator = new FinalizerOperator({ cluster: made.cluster, log: made.log });
    await operator.start();
    await made.cluster.whenSynced();
    const target = {
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      metadata: { name: 'finalized', namespace: bed.namespace },
      spec: { workload: { name: 'prometheus' } },
    };
    await bed.api.create(target);
    await bed.api.waitForObject(
      target,
      (object) => object?.metadata.finalizers?.includes('meshscrape.dev/undo') === true,
    );
    await bed.api.delete(target);
    await bed.api.waitForObject(target, (object) => object === undefined);
    expect(operator.undone).toEqual(['finalized']);
    expect(made.log.lines.filter((line) => line.level === 'error')).toEqual([]);
    operator.stop();
  });
});
