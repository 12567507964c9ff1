// A sentence that is worth an Event, as plain data.

export interface EventContent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}
