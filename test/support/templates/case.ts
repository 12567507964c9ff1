// What a row about a template says, and the answers that most rows have.
import type { HandWired } from '../hand-wired/worlds.ts';

export interface Template {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface TemplateCase {
  readonly name: string;
  readonly template: Template;
  /** Containers in order, init containers before the bar; or words of the refusal. */
  readonly native: string;
  readonly classic: string;
  /** The last OUTPUT_CERTS of istio-proxy, and the volume that it mounts there. */
  readonly output?: string | { readonly native: string; readonly classic: string };
}

type Orders = Pick<TemplateCase, 'native' | 'classic'>;

export const DENIED = 'denied the request';
export const INJECTED: Orders = {
  native: 'istio-init istio-proxy | prometheus',
  classic: 'istio-init | prometheus istio-proxy',
};
/** Without a native sidecar, the proxy comes first. */
export const HELD: Orders = { ...INJECTED, classic: 'istio-init | istio-proxy prometheus' };

export const always = (answer: string): Orders => ({ native: answer, classic: answer });

export const templateOf = ({ workload }: HandWired): Template => workload.spec.template as Template;

export const config = (text: string): Record<string, string> => ({ 'proxy.istio.io/config': text });
export const output = (directory: string): Record<string, string> =>
  config(`proxyMetadata: {OUTPUT_CERTS: ${directory}}`);
export const userMount = (value: string): Record<string, string> => ({
  'sidecar.istio.io/userVolumeMount': value,
});
