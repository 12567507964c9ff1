// The text of prometheus.yaml, for those who only have to see what it mentions.
import { valueOf } from '../model/observed.ts';
import { answerTo } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { resolveConfigSource } from './source.ts';

/** Empty where it is not found, or not read yet. */
export function mainText({
  snapshot,
  workload,
  container,
}: Pick<Subject, 'snapshot' | 'workload' | 'container'>): string {
  const { resource, reads } = snapshot;
  const source = resolveConfigSource(workload.template.spec, container, resource.spec.config.configMap);
  if (source.kind === 'unresolved') return '';
  const seen = answerTo(reads, { kind: 'ConfigMap', name: source.configMap });
  return valueOf(seen)?.data?.[source.key] ?? '';
}
