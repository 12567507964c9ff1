// What one step of an undo comes to: the shape that each part's undo has.
import type { Action } from '../model/action.ts';
import type { EventContent } from '../model/event.ts';

export interface UndoStep {
  readonly action: Action | undefined;
  readonly events: readonly EventContent[];
}
