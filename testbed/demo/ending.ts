// How a demo ends when something did not become right, and the kubectl that it uses on the way.
import type { CommandResult } from '../control-plane/kubeconfig.ts';
import type { RunningProgram } from '../control-plane/process-group.ts';
import type { Output } from './output.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';
import { conditionsOf } from './story.ts';

const LOG_LINES = 25;

/** What went wrong, with everything that is known of it. */
export function reportFailure(
  output: Output,
  {
    why,
    story,
    controller,
  }: { readonly why: string; readonly story: Story; readonly controller: RunningProgram },
): void {
  output.gap();
  output.text(`The demo failed: ${why}.`, ['bold', 'red']);
  output.heading('Conditions');
  for (const { type, status, reason, message } of conditionsOf(story.resource()))
    output.item(status, `${type}, ${reason}: ${message}`);
  output.heading("The end of the controller's log");
  const tail = controller.logTail(LOG_LINES);
  output.verbatim(tail === '' ? '(it wrote nothing)' : tail);
}

/** The real kubectl as administrator. Throws with its own words when it fails. */
export async function kubectl(
  { controlPlane }: Pick<Stage, 'controlPlane'>,
  ...args: readonly string[]
): Promise<CommandResult> {
  const result = await controlPlane.kubectl(...args);
  if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
  return result;
}
