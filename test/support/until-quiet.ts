// The moment from which on a write of the controller is its own idea.
import type { TestBed } from './control-plane.ts';
import type { ControllerHandle } from './controller.ts';
import { workloadsSettled } from './workloads-settled.ts';

/** Waits until nobody else has anything to do in the namespace, and the controller has answered all of it; then forgets its writes. */
export async function untilQuiet(controller: ControllerHandle, bed: TestBed): Promise<void> {
  // What a slow kubelet or StatefulSet controller still does is answered by a write, and rightly so.
  await workloadsSettled(bed);
  // All of that is then in the caches, also what a watch has not delivered yet.
  await controller.relist();
  await controller.settled();
  controller.forgetWrites();
}
