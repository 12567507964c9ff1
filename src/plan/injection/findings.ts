// What a person should know of the injection: that nobody does it, that too many do, or another than was asked for.
import type { FindingCode } from '../../api/findings.ts';
import type { Finding } from '../model/finding.ts';
import { injectorName, type Injection, type Injector } from './injection.ts';

export interface InjectionEvaluated {
  /** The workload. */
  readonly target: string;
  /** Of the template as it is to be. */
  readonly injection: Injection;
  readonly injectors: readonly Injector[];
  /** What spec asks for; `undefined`: the default one. */
  readonly revision: string | undefined;
  /** What would fix it. */
  readonly advice: string | undefined;
  /** A write of ours is due: then a refusal says it. */
  readonly isDue: boolean;
  /** A live pod shows that it is injected. */
  readonly isProven: boolean;
}

/** At most one finding of each code. */
export function injectionFindings(evaluated: InjectionEvaluated): readonly Finding[] {
  const { injection, injectors, isProven } = evaluated;
  const { target } = evaluated;
  const finding = (code: FindingCode, message: string): Finding => ({ code, target, message });
  const findings: Finding[] = [];
  if (injection.injected === 'Unknown' && !isProven) {
    findings.push(
      finding(injectors.length === 0 ? 'InjectorNotSeen' : 'InjectionUnknown', injection.message),
    );
  }
  const lost = notInjected(evaluated);
  if (lost !== undefined) findings.push(finding('NotInjected', lost));
  if (injection.called.length > 1) {
    const names = injection.called.map(injectorName).join(' and ');
    const message = `${names} all take these pods, so that several istiods work on one pod in turn: let one configuration select them`;
    findings.push(finding('InjectorsOverlap', message));
  }
  const other = otherRevision(evaluated);
  if (other !== undefined) findings.push(finding('InjectedByOtherRevision', other));
  return findings;
}

function notInjected({ injection, advice, isDue, isProven }: InjectionEvaluated): string | undefined {
  if (injection.injected !== 'False' || isDue) return undefined;
  const who = isProven
    ? 'pods have an istio-proxy, but the next one gets none'
    : 'the next pod gets no istio-proxy';
  return `${who}: ${injection.message}${advice === undefined ? '' : `; ${advice}`}`;
}

/** A namespace's label counts before the pod's, so that another istiod may inject than spec names. */
function otherRevision({ injection, injectors, revision }: InjectionEvaluated): string | undefined {
  const { injector } = injection;
  if (injector === undefined || revision === undefined) return undefined;
  const desired = injectors.find(({ tag }) => tag === revision)?.revision ?? revision;
  if (injector.revision === desired) return undefined;
  const asked = desired === revision ? revision : `${revision} (a tag of ${desired})`;
  return `spec.istio.revision is ${asked}, but ${injectorName(injector)} injects, which is revision ${injector.revision}: a label of the namespace counts before the pod's`;
}
