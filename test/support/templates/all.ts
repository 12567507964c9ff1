// Pod templates that Istio's injector is given, and what it makes of each, as seen on istiod of 2026-08 in both ways of a
// sidecar. test/e2e/templates.test.ts asks the stand-in, test/e2e/mesh/templates.test.ts the real one too.
import { BY_ANNOTATION, METRICS_AND_PROBES } from './by-annotation.ts';
import type { TemplateCase } from './case.ts';
import { HAND_MADE } from './hand-made.ts';

export const TEMPLATES: readonly TemplateCase[] = [...BY_ANNOTATION, ...METRICS_AND_PROBES, ...HAND_MADE];
