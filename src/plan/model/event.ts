// What an Event says, before anybody knows about which object it is recorded.

export interface EventContent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly note: string;
}
