// The injector stand-in against the real istiod: the same templates, both ways of a sidecar, as dry runs through one API server
// where the namespace alone says who injects. The real one is right; a difference is a defect of the stand-in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { installNamespace } from '../../../testbed/api/install.ts';
import type { Injector } from '../../../testbed/stand-ins/injector.ts';
import { startInjector } from '../../../testbed/stand-ins/injector.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { askInjector, comparable } from '../../support/injection-answers.ts';
import { TEMPLATES } from '../../support/templates/all.ts';
import { holdsFor } from '../../support/templates/holds.ts';

const REVISION = 'stand-in';
const bed = useTestBed({ kubelet: false, labels: { 'istio.io/rev': 'default' } });
const ofStandIn = `${bed.namespace}-${REVISION}`;
let injector: Injector;

beforeAll(async () => {
  injector = await startInjector({ api: bed.api, revision: REVISION, native: true });
  await installNamespace(bed.api, ofStandIn, { 'istio.io/rev': REVISION });
});

afterAll(async () => {
  await bed.api.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ofStandIn } });
  await injector.stop();
});

it('tries at least twenty templates', () => {
  expect(TEMPLATES.length).toBeGreaterThanOrEqual(20);
});

describe('istiod', () => {
  holdsFor(() => ({ api: bed.api, namespace: bed.namespace }));
});

describe('the stand-in answers as istiod does', () => {
  const rows = TEMPLATES.flatMap((each) => [
    { ...each, way: 'native', isNative: true },
    { ...each, way: 'classic', isNative: false },
  ]);
  it.each(rows)('to $name, $way', async ({ template, isNative: native }) => {
    const [real, standIn] = await Promise.all(
      [bed.namespace, ofStandIn].map(async (namespace) =>
        askInjector(template, { api: bed.api, namespace, native }),
      ),
    );
    if (real === undefined || standIn === undefined) throw new Error('no answer');
    expect(comparable(standIn)).toEqual(comparable(real));
  });
});
