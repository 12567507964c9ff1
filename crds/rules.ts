// Enumerates the CRD's validation rules from its file, so that no test can overlook a new one.
import type { Schema } from './generate-types.ts';

export interface Rule {
  /** `spec.interval`; the whole object is ``; items of a list are `spec.config.jobs[]`. */
  readonly path: string;
  /** Place among the rules of that path. */
  readonly index: number;
  readonly rule: string;
  readonly message: string;
  /** Where the API server reports it, if not at the path itself. */
  readonly fieldPath: string | undefined;
}

/** One node of the schema with its path. */
export interface Place {
  readonly path: string;
  readonly schema: Schema;
}

/** Every node of a schema, parents first. */
export function placesOf(schema: Schema, path = ''): readonly Place[] {
  const properties = Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    placesOf(property, path === '' ? key : `${path}.${key}`),
  );
  const items = schema.items === undefined ? [] : placesOf(schema.items, `${path}[]`);
  return [{ path, schema }, ...properties, ...items];
}

/** Every CEL rule of a schema. */
export function rulesOf(schema: Schema): readonly Rule[] {
  return placesOf(schema).flatMap(({ path, schema: place }) =>
    (place['x-kubernetes-validations'] ?? []).map(({ rule, message = '', fieldPath }, index) => ({
      path,
      index,
      rule,
      message,
      fieldPath,
    })),
  );
}
