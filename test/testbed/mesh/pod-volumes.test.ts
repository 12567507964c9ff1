import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Api } from '../../../testbed/api/client.ts';
import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { PodVolumes } from '../../../testbed/mesh/pod-volumes.ts';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n' },
  spec: { volumes: [{ name: 'config', configMap: { name: 'c' } }] },
};

describe('PodVolumes', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshscrape-volumes-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('takes a change that comes while the volumes are made after them, not beside them', async () => {
    const asked: ((text: string) => void)[] = [];
    let onAsked: () => void = () => undefined;
    const question = async (count: number): Promise<void> => {
      while (asked.length < count) await new Promise<void>((resolve) => (onAsked = resolve));
    };
    // The only method that a ConfigMap's files need.
    const api = {
      find: async () => {
        const text = await new Promise<string>((resolve) => {
          asked.push(resolve);
          onAsked();
        });
        return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: text } };
      },
    } as unknown as Api;
    const log: string[] = [];
    const volumes = new PodVolumes({
      ...{ api, pod, directory, claims: directory, delayMs: () => 0 },
      log: (line) => void log.push(line),
    });
    const prepared = volumes.prepare(pod);
    volumes.changed('ConfigMap/c');
    await question(1);
    // Timers of one delay run in order: that of the change has had its turn.
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(asked).toHaveLength(1);
    asked[0]?.('old');
    await prepared;
    await question(2);
    asked[1]?.('new');
    // Closing waits for the refresh that has begun.
    await volumes.close();
    expect(await readFile(join(directory, 'volumes/config/a'), 'utf8')).toBe('new');
    expect(log).toEqual([]);
  });
});
