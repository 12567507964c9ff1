// Situations of what came of writes, and of drift that they corrected.
import { plan } from '../../../src/plan/plan.ts';
import { scrape } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';
import {
  actionOn,
  asked,
  configured,
  conflict,
  driftedTemplate,
  legacy,
  policies,
  ready,
  refused,
} from '../world.ts';
import type { Situations } from './situation.ts';

const wiring = { ...legacy, ...policies };
/** In Observe, where the write of the template could not be tried. */
const untried = (reason: 'DryRunUnsupported' | 'NotAuthorized' | 'ProgressingWithRetry') =>
  ({
    ...wiring,
    resource: scrape({ mode: 'Observe' }),
    reads: {
      ...wiring.reads,
      trials: { 'StatefulSet/prometheus': { kind: 'Unknown', reason, message: 'no' } },
    },
  }) as const;

export const WRITE_SITUATIONS = {
  Progressing: [
    { name: 'writes are on their way', on: 'Ready', status: 'Unknown', kstatus: 'InProgress', seen: legacy },
    {
      name: 'targets of a new pool were not scraped yet',
      on: 'TargetsUp',
      status: 'Unknown',
      kstatus: 'Current',
      seen: asked({
        targets: [
          {
            scrapePool: 'kubernetes-pods-istio-secure',
            scrapeUrl: 'https://10.0.0.9/metrics',
            health: 'unknown',
            lastError: '',
            lastScrapeMs: undefined,
          },
        ],
      }),
    },
  ],
  Suspended: [
    {
      name: 'nobody asks about conflicts while suspended',
      on: 'FieldConflict',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...wiring, resource: scrape({ suspend: true }) },
    },
  ],
  ProgressingWithRetry: [
    {
      name: 'in Observe the trial of a write got no answer',
      on: 'FieldConflict',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: untried('ProgressingWithRetry'),
    },
    {
      name: 'a write got no answer',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: wiring,
      outcomes: (made) => [
        { kind: 'Failed', action: actionOn(made, 'StatefulSet'), message: 'connection reset' },
      ],
    },
  ],
  WaitingForMeshPolicy: [
    {
      name: 'the PeerAuthentication was not written, so the template was not tried',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'InProgress',
      seen: legacy,
      outcomes: (made) => [
        { kind: 'Failed', action: actionOn(made, 'PeerAuthentication'), message: 'connection reset' },
        { kind: 'Skipped', action: actionOn(made, 'StatefulSet') },
      ],
    },
  ],
  WriteRefused: [
    {
      name: 'an admission webhook says no',
      on: 'WorkloadWired',
      status: 'False',
      kstatus: 'Failed',
      seen: wiring,
      outcomes: refused('StatefulSet', false),
    },
  ],
  NotAuthorized: [
    {
      name: 'in Observe a write may not be tried',
      on: 'FieldConflict',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: untried('NotAuthorized'),
    },
    {
      name: 'a write is forbidden',
      on: 'WorkloadWired',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: wiring,
      outcomes: refused('StatefulSet', true),
    },
  ],
  FieldConflict: [
    {
      name: 'helm holds a field',
      on: 'FieldConflict',
      status: 'True',
      kstatus: 'Failed',
      seen: wiring,
      outcomes: conflict,
    },
  ],
  DryRunUnsupported: [
    {
      name: 'in Observe a webhook lets no dry run pass',
      on: 'FieldConflict',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: untried('DryRunUnsupported'),
    },
  ],
  NoConflict: [
    { name: 'nothing was written', on: 'FieldConflict', status: 'False', kstatus: 'Current', seen: ready },
  ],
  NoDriftDetected: [
    { name: 'everything is in sync', on: 'Drifted', status: 'False', kstatus: 'Current', seen: ready },
  ],
  DriftCorrected: [
    {
      name: 'a label was corrected',
      on: 'Drifted',
      status: 'False',
      kstatus: 'Current',
      seen: ready,
      corrected: plan(snapshot(configured(REWRITTEN_YAML, driftedTemplate()))).drift,
    },
  ],
} as const satisfies Situations;
