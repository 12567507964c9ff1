// Where a field is, as FieldsV1 of managedFields spells it.

/** A path as FieldsV1 spells it: `['f:spec', 'k:{"name":"x"}', 'f:emptyDir']`. */
export type FieldPath = readonly string[];
