import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBaseOperator } from './base-operator-world.ts';

const running = useBaseOperator();

describe('BaseOperator.registerCustomResourceDefinition', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'meshscrape-base-operator-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function write(text: string): string {
    const file = join(directory, 'crd.yaml');
    writeFileSync(file, text);
    return file;
  }

  const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  names: {plural: things, kind: Thing}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

  it.each([201, 409])('sends the file as it is, with every x-kubernetes field: answer %i', async (code) => {
    const world = running();
    const { result, request } = await world.api.answered(
      world.operator.open.register(write(CRD)),
      (received) => {
        received.reply(code, '{}');
      },
    );
    expect(request.path).toBe('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
    expect(
      request.json().spec.versions[0].schema.openAPIV3Schema['x-kubernetes-preserve-unknown-fields'],
    ).toBe(true);
    expect(result).toMatchObject({
      group: 'example.org',
      plural: 'things',
      versions: [{ name: 'v1', served: true }],
    });
  });

  it('throws what the API server says', async () => {
    const world = running();
    const call = world.operator.open.register(write(CRD));
    call.catch(() => undefined);
    (await world.api.server.next()).fail(403, 'not allowed');
    await expect(call).rejects.toThrow('create CustomResourceDefinition things.example.org: not allowed');
  });

  it('refuses a file that holds something else', async () => {
    const world = running();
    await expect(
      world.operator.open.register(write('kind: ConfigMap\napiVersion: v1\n')),
    ).rejects.toMatchObject({
      code: 'Misconfigured',
    });
  });
});
