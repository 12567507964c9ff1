// What dry runs came to, by resource, as long as this process lives.
import type { PodAdmissionSeen } from '../plan/model/pod-admission.ts';
import type { Trial } from '../plan/model/trial.ts';
import { LastAnswers } from './last-answers.ts';

export class DryRuns {
  readonly admissions = new LastAnswers<PodAdmissionSeen>();
  readonly trials = new LastAnswers<Trial>();

  /** The resource of that key is gone. */
  forget(resource: string): void {
    this.admissions.forget(resource);
    this.trials.forget(resource);
  }
}
