import { describe, expect, it } from 'vitest';
import { KubeError } from '../../src/kube/http/kube-error.ts';
import { withGoodSecrets, World, type LogLine } from './world.ts';

/** The lines about Ready, as `level ready reason`. */
const readyLines = ({ log }: World): readonly string[] =>
  log
    .filter(({ message }) => message === 'Ready changed')
    .map(({ level, fields }: LogLine) => {
      const { ready, reason } = fields as Readonly<Record<string, string>>;
      return `${level} ${ready} ${reason}`;
    });

describe('writeStatus', () => {
  it('logs the first Ready and each change of its status or reason, with the message of status', async () => {
    const world = new World({ workload: { container: 'none' } });
    await world.reconcile();
    expect(world.log).toEqual([
      {
        level: 'info',
        message: 'Ready changed',
        fields: {
          ready: 'False',
          reason: 'ContainerNotFound',
          message:
            'spec.workload.container is none, but the containers are prometheus: name one of these (docs/troubleshooting.md#containernotfound)',
        },
      },
    ]);
    world.cluster.remove('StatefulSet', 'prometheus');
    await world.reconcile();
    expect(readyLines(world)).toEqual(['info False ContainerNotFound', 'info Unknown WorkloadNotFound']);
  });

  it('logs how a resource comes up, step by step', async () => {
    const world = new World();
    await world.settle();
    expect(readyLines(world)).toEqual(['info Unknown WaitingForCertificates', 'info True AppliedUnverified']);
  });

  it('logs nothing where Ready is what it was, whatever else changed', async () => {
    const world = new World({ workload: { container: 'none' } });
    await world.reconcile();
    world.edit('PrometheusIstioScrape', 'prometheus', (of: { spec: { workload: object } }) => ({
      ...of,
      spec: { ...of.spec, workload: { ...of.spec.workload, container: 'another' } },
    }));
    world.cluster.writes.length = 0;
    await world.reconcile();
    expect(world.cluster.writes).toEqual(['writeStatus PrometheusIstioScrape/prometheus']);
    expect(readyLines(world)).toHaveLength(1);
  });

  it('logs nothing of a status that was not written', async () => {
    const world = new World({ mode: 'Observe' });
    world.cluster.fault = (write) =>
      write.startsWith('writeStatus') ? { kind: 'stale', message: 'modified' } : undefined;
    await world.reconcile();
    expect(readyLines(world)).toEqual([]);
  });

  it('logs that the resource is being undone', async () => {
    const world = withGoodSecrets(new World({ deletionPolicy: 'Restore' }));
    await world.settle();
    world.markDeleted();
    await world.reconcile();
    await world.reconcile();
    expect(readyLines(world).at(-1)).toBe('info Unknown Terminating');
    expect(readyLines(world)).toHaveLength(3);
  });

  it('logs that nothing could be evaluated', async () => {
    const world = new World();
    world.cluster.configMap = () => Promise.reject(new KubeError('Timeout', 'get ConfigMap: no answer'));
    await expect(world.reconcile()).rejects.toThrow('no answer');
    expect(readyLines(world)).toEqual(['info Unknown ProgressingWithRetry']);
  });
});
