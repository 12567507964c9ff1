// Which page holds which generated blocks.
import { helpText } from '../../src/cli/help.ts';
import { REWRITE_HELP } from '../../src/cli/rewrite-options.ts';
import { schemaOf } from '../generate-types.ts';
import type { Blocks } from './blocks.ts';
import { findingsBlock, jobRefusalsBlock, targetCausesBlock } from './codes.ts';
import { conditionsBlock } from './conditions.ts';
import { eventReasonsBlock } from './events.ts';
import { fieldBlocks } from './fields.ts';
import { fenced } from './markdown.ts';
import { metricsBlock } from './metrics.ts';
import { columnsBlock, namesBlock, templateAnnotationsBlock } from './names.ts';
import { permissionBlocks } from './permissions.ts';
import { settingsBlock } from './settings.ts';
import { eventSections, findingSections, reasonSections } from './troubleshooting.ts';
import { versionsBlock } from './versions.ts';

/** Texts of files that pages are made from. */
export interface Sources {
  readonly crd: string;
  readonly secretsRole: string;
  readonly podsRole: string;
  readonly userRoles: string;
}

const TROUBLESHOOTING = '../troubleshooting.md';

/** Every page with generated blocks, by its path in the repository. */
export function pagesOf({ crd, ...roles }: Sources): Readonly<Record<string, Blocks>> {
  return {
    'docs/spec/v1alpha1.md': specBlocks(crd),
    'docs/troubleshooting.md': {
      reasons: reasonSections(),
      'event-reasons': eventSections(),
      findings: findingSections(),
    },
    'docs/reference/cli.md': { help: fenced('text', helpText()), rewrite: fenced('text', REWRITE_HELP) },
    'docs/reference/events.md': { 'event-reasons': eventReasonsBlock(TROUBLESHOOTING) },
    'docs/reference/findings.md': { findings: findingsBlock(TROUBLESHOOTING) },
    'docs/reference/job-refusals.md': { 'job-refusals': jobRefusalsBlock() },
    'docs/reference/metrics.md': { metrics: metricsBlock() },
    'docs/reference/permissions.md': permissionBlocks(roles),
    'docs/reference/settings.md': { settings: settingsBlock() },
    'docs/reference/target-causes.md': { 'target-causes': targetCausesBlock() },
    'docs/reference/versions.md': { versions: versionsBlock(TROUBLESHOOTING) },
  };
}

function specBlocks(crd: string): Blocks {
  const { spec, status } = schemaOf(crd).properties ?? {};
  if (spec === undefined || status === undefined) throw new Error('the CRD has no spec or no status');
  return {
    ...fieldBlocks('spec', spec),
    ...fieldBlocks('status', status),
    conditions: conditionsBlock(TROUBLESHOOTING),
    columns: columnsBlock(crd),
    names: namesBlock(),
    'template-annotations': templateAnnotationsBlock(),
  };
}
