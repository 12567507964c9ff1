import { describe, expect, it } from 'vitest';
import { planConfig } from '../../../src/plan/config/config.ts';
import type { Observed } from '../../../src/plan/model/observed.ts';
import { present, reads, type Answers } from '../../support/answers.ts';
import { scrape } from '../../support/scrape.ts';
import { subject, type SnapshotOptions } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const ABSENT = { kind: 'absent' } as const;
const UNREADABLE = { kind: 'unreadable', message: 'forbidden' } as const;

/** No ConfigMap exists under the name that is looked for. */
function evaluate(names: Answers, seen: SnapshotOptions = {}) {
  const { configMap = {} } = seen.resource?.spec.config ?? {};
  const answers = reads({ configMaps: { [configMap.name ?? 'prometheus']: ABSENT } });
  return planConfig(subject({ ...seen, reads: { ...answers, ...names } }));
}

const named = (name: string) => scrape({ config: { configMap: { name } } });

describe('planConfig, of a ConfigMap that does not exist', () => {
  const rows: readonly {
    readonly name: string;
    readonly names?: Observed<readonly string[]>;
    readonly seen?: SnapshotOptions;
    readonly says: string;
  }[] = [
    {
      name: 'the mount that names it',
      says: 'ConfigMap prometheus does not exist: --config.file of container prometheus leads to it through /etc/prometheus; ConfigMaps in the namespace: none; it is picked up when it appears',
    },
    {
      name: 'the default of the image',
      seen: {
        statefulSet: statefulSet({
          spec: {
            template: {
              spec: {
                containers: [
                  {
                    name: 'server',
                    image: 'prom/prometheus',
                    volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus' }],
                  },
                ],
                volumes: [{ name: 'config', configMap: { name: 'prometheus' } }],
              },
            },
          },
        }),
      },
      says: 'does not exist: the configuration file that is the default of the image of container server leads to it through /etc/prometheus;',
    },
    {
      name: 'the field of spec that names it, and the ConfigMap that the pod mounts',
      seen: { resource: named('prom') },
      says: 'ConfigMap prom does not exist: spec.config.configMap.name is that name; other ConfigMaps in the pod template: prometheus; ConfigMaps in the namespace: none;',
    },
    {
      name: 'each ConfigMap that the pod mounts once, projected ones too',
      seen: {
        resource: named('prom'),
        statefulSet: statefulSet({
          volumes: [
            { name: 'again', configMap: { name: 'prometheus' } },
            {
              name: 'all',
              projected: { sources: [{ configMap: { name: 'rules' } }, { secret: { name: 's' } }] },
            },
          ],
        }),
      },
      says: 'in the pod template: prometheus, rules;',
    },
    {
      name: 'the nearest names of the namespace',
      names: present(['web', 'kube-root-ca.crt', 'promtheus', 'prometheus-server', 'istio-ca-root-cert']),
      says: 'ConfigMaps in the namespace: prometheus-server, promtheus, web and 2 more;',
    },
    {
      name: 'nothing of names that may not be read',
      names: UNREADABLE,
      says: 'leads to it through /etc/prometheus; it is picked up when it appears',
    },
  ];
  it.each(rows)('names $name', ({ names = present([]), seen, says }) => {
    const plan = evaluate({ configMapNames: names }, seen);
    expect(plan.refusal).toMatchObject({ reason: 'ConfigMapNotFound', stalled: 'Later' });
    expect(plan.refusal?.message).toContain(says);
    expect([plan.needs, plan.action]).toEqual([[], undefined]);
  });

  it('asks for the names that there are', () => {
    const answers = { configMaps: { prometheus: ABSENT } };
    expect(planConfig(subject({ reads: answers })).needs).toEqual([{ kind: 'ConfigMapNames' }]);
  });
});
