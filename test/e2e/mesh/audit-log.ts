// The API server's own record of which webhooks it called for a request, and which of them changed the object.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

const POLICY = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    verbs: [create]
    resources: [{group: '', resources: [pods]}]
  - level: None
`;

/** One call of a mutating webhook. */
export interface WebhookCall {
  readonly configuration: string;
  readonly webhook: string;
  readonly mutated: boolean;
}

interface AuditEvent {
  readonly requestURI: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const PREFIX = 'mutation.webhook.admission.k8s.io/';

export class AuditLog {
  readonly #directory = mkdtempSync(join(tmpdir(), 'meshscrape-audit-'));

  /** For kube-apiserver: it records the creation of pods, dry runs too. */
  readonly apiserverArgs: readonly string[];

  constructor() {
    const policy = join(this.#directory, 'policy.yaml');
    writeFileSync(policy, POLICY);
    this.apiserverArgs = [`--audit-policy-file=${policy}`, `--audit-log-path=${this.#log}`];
  }

  /** The calls made for the one request with this field manager, in order. */
  async callsFor(fieldManager: string): Promise<readonly WebhookCall[]> {
    const find = (): AuditEvent | undefined =>
      this.#events().find(({ requestURI }) => requestURI.includes(`fieldManager=${fieldManager}&`));
    // It is written when the answer is on its way already.
    await expect.poll(find, { timeout: 10_000, interval: 10 }).toBeDefined();
    return Object.entries(find()?.annotations ?? {})
      .filter(([key]) => key.startsWith(PREFIX))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => JSON.parse(value) as WebhookCall);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  get #log(): string {
    return join(this.#directory, 'audit.log');
  }

  #events(): readonly AuditEvent[] {
    if (!existsSync(this.#log)) return [];
    const text = readFileSync(this.#log, 'utf8');
    // What stands after the last line break is still being written.
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AuditEvent);
  }
}
