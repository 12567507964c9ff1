import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { ADVICE } from '../plan/advice/rows/all.ts';
import { useTestBed } from '../support/control-plane.ts';
import { snapshot } from '../support/snapshot.ts';

const bed = useTestBed({ kubelet: false });

/** Every spec of the table, before and after an advice was followed, each once. */
const specs = ADVICE.flatMap(({ code, name, seen, advice }) => {
  const before = snapshot(seen);
  const after = advice.flatMap(({ words, change }) =>
    typeof change === 'string'
      ? []
      : [{ name: `${code}: ${words}`, spec: change.make(before).resource.spec }],
  );
  return [{ name: `${code} where ${name}`, spec: before.resource.spec }, ...after];
}).filter(({ spec }, index, all) => all.findIndex((each) => isDeepStrictEqual(each.spec, spec)) === index);

it.each(specs)('the API server takes the spec of $name', async ({ spec }) => {
  const object = {
    apiVersion: 'meshscrape.dev/v1alpha1',
    kind: 'PrometheusIstioScrape',
    metadata: { name: 'prometheus', namespace: bed.namespace },
    spec,
  };
  expect(await bed.api.create(object, { dryRun: true })).toMatchObject({ kind: object.kind });
});
