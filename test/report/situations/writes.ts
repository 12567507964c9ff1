// Situations of what came of writes, and of drift that they put right.
import type { Outcome } from '../../../src/plan/model/outcome.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { plan } from '../../../src/plan/plan.ts';
import { entry, OUR_FIELDS } from '../../support/managed-fields.ts';
import { MANAGER } from '../../support/scrape.ts';
import { snapshot } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';
import { actionOn, asked, configured, legacy, policies, ready, type Situations } from './situation.ts';

const wiring = { ...legacy, ...policies };
const refused =
  (forbidden: boolean) =>
  (made: Plan): readonly Outcome[] => [
    { kind: 'Refused', action: actionOn(made, 'StatefulSet'), forbidden, message: 'the API server says no' },
  ];
const drifted = wired({
  metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] },
  labels: { 'sidecar.istio.io/inject': 'false' },
});

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
  ProgressingWithRetry: [
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
      outcomes: refused(false),
    },
  ],
  NotAuthorized: [
    {
      name: 'a write is forbidden',
      on: 'WorkloadWired',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: wiring,
      outcomes: refused(true),
    },
  ],
  FieldConflict: [
    {
      name: 'helm holds a leaf',
      on: 'FieldConflict',
      status: 'True',
      kstatus: 'Failed',
      seen: wiring,
      outcomes: (made) => [
        {
          kind: 'Conflict',
          action: actionOn(made, 'StatefulSet'),
          conflicts: [{ manager: 'helm', path: '.spec.x' }],
        },
      ],
    },
  ],
  NoConflict: [
    { name: 'nothing was written', on: 'FieldConflict', status: 'False', kstatus: 'Current', seen: ready },
  ],
  NoDriftDetected: [
    { name: 'all is right', on: 'Drifted', status: 'False', kstatus: 'Current', seen: ready },
  ],
  DriftCorrected: [
    {
      name: 'a label was put right',
      on: 'Drifted',
      status: 'False',
      kstatus: 'Current',
      seen: ready,
      corrected: plan(snapshot(configured(REWRITTEN_YAML, drifted))).drift,
    },
  ],
} as const satisfies Situations;
