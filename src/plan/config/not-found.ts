// What is said of a ConfigMap or a key that does not exist: which field names it, and which ones there are.
import type { ConfigMap } from '../../api/kubernetes.ts';
import type { Refusal } from '../model/assessment.ts';
import { nearestText } from '../model/nearest.ts';
import { itemsOf } from '../model/observed.ts';
import type { PartPlan } from '../model/part.ts';
import { answerTo, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import type { ConfigSource } from './source.ts';

const NAMES: NeedOf<'ConfigMapNames'> = { kind: 'ConfigMapNames' };

/** The refusal, once the names of the namespace were asked for. What may not be read is left out. */
export function configMapNotFound(
  subject: Subject,
  { configMap, directory, inferred }: ConfigSource,
): Pick<PartPlan, 'needs' | 'refusal'> {
  const { reads, resource } = subject.snapshot;
  const names = answerTo(reads, NAMES);
  const file = inferred ? 'the configuration file that is the default of the image' : '--config.file';
  const origin =
    resource.spec.config.configMap.name === undefined
      ? `${file} of container ${subject.container.name} leads to it through ${directory}`
      : 'spec.config.configMap.name is that name';
  const mounted = mountedConfigMaps(subject).filter((name) => name !== configMap);
  const message = [
    `ConfigMap ${configMap} does not exist: ${origin}`,
    ...(mounted.length === 0
      ? []
      : [`other ConfigMaps in the pod template: ${nearestText(configMap, mounted)}`]),
    ...(names?.kind === 'present'
      ? [`ConfigMaps in the namespace: ${nearestText(configMap, itemsOf(names))}`]
      : []),
    'it is picked up when it appears',
  ].join('; ');
  return {
    needs: names === undefined ? [NAMES] : [],
    refusal: { reason: 'ConfigMapNotFound', message, stalled: 'Later' },
  };
}

/** The refusal for a key that is not in the ConfigMap. */
export function keyNotFound({ metadata, data = {} }: ConfigMap, key: string): Refusal {
  const keys = nearestText(key, Object.keys(data));
  const message = `ConfigMap ${metadata.name} has no key ${key} (it has ${keys}): set spec.config.configMap.key, or correct --config.file or the mount`;
  return { reason: 'ConfigMapKeyNotFound', message, stalled: 'Later' };
}

/** Of every volume of the template, projected ones too. */
function mountedConfigMaps({ workload }: Subject): readonly string[] {
  const names = (workload.template.spec.volumes ?? []).flatMap(({ configMap, projected }) => [
    configMap?.name ?? [],
    ...(projected?.sources ?? []).map((source) => source.configMap?.name ?? []),
  ]);
  return [...new Set(names.flat())];
}
