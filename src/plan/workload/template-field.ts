// One field of the pod template: what it should be, what it is, and whether it may be taken back.
import type { Field } from '../model/field.ts';
import type { TemplatePath } from './template-paths.ts';

export interface TemplateField {
  readonly path: TemplatePath;
  readonly expected: string;
  readonly actual: string | undefined;
}

/** A field of the template that also knows whether its value may be taken back. */
export interface WorkloadField extends Field {
  /** We applied it: our manager holds it, or held it when it was last seen in sync. */
  readonly appliedBefore: boolean;
}
