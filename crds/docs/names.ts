// The names that meshscrape uses on objects, the annotations that it sets, and the columns that kubectl prints.
import { load } from 'js-yaml';
import {
  FINALIZER,
  ORIGINAL_TEMPLATE_ANNOTATION,
  ORIGINAL_TLS_CONFIG_ANNOTATION,
  REQUESTED_AT_ANNOTATION,
  RESOURCE_LABEL,
  RESOURCE_UID_ANNOTATION,
} from '../../src/api/resource.ts';
import { PLAIN_ANNOTATIONS } from '../../src/plan/workload/template-annotations.ts';
import { code, plain, table } from './markdown.ts';

interface Definition {
  readonly spec: { readonly versions: readonly { readonly additionalPrinterColumns: readonly Column[] }[] };
}

interface Column {
  readonly name: string;
  readonly priority?: number;
  readonly description: string;
}

export function columnsBlock(crd: string): string {
  const columns = (load(crd) as Definition).spec.versions[0]?.additionalPrinterColumns ?? [];
  const rows = columns.map(({ name, priority = 0, description }) => [
    code(name.toUpperCase()),
    priority === 0 ? 'always' : 'with `-o wide`',
    plain(description),
  ]);
  return table(['Column', 'Shown', 'Meaning'], rows);
}

export function namesBlock(): string {
  const rows = [
    [REQUESTED_AT_ANNOTATION, 'annotation', 'the resource, by you', 'A new value asks for a check now.'],
    [FINALIZER, 'finalizer', 'the resource', 'Something must be undone before the resource goes.'],
    [RESOURCE_LABEL, 'label', 'Sidecar, PeerAuthentication', 'The resource that the object was created for.'],
    [RESOURCE_UID_ANNOTATION, 'annotation', 'Sidecar, PeerAuthentication', 'The uid of that resource.'],
    [ORIGINAL_TEMPLATE_ANNOTATION, 'annotation', 'StatefulSet', 'The original values of the pod template.'],
    [ORIGINAL_TLS_CONFIG_ANNOTATION, 'annotation', 'ConfigMap', 'The original values of the jobs.'],
  ];
  return table(
    ['Name', 'What', 'On', 'Meaning'],
    rows.map(([name = '', ...rest]) => [code(name), ...rest]),
  );
}

export function templateAnnotationsBlock(): string {
  const rows = Object.entries(PLAIN_ANNOTATIONS).map(([key, value]) => [code(`${key}: "${value}"`)]);
  return table(['Annotation of the pod template'], rows);
}
