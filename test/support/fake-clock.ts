// A clock that stands until a test moves it. Starts at a fixed time, so that times in expectations can be literal.

export class FakeClock {
  #nowMs = Date.parse('2026-03-01T12:00:00Z');

  readonly now = (): number => this.#nowMs;

  /** RFC 3339 in whole seconds, as the API server writes times. */
  get text(): string {
    return `${new Date(this.#nowMs).toISOString().slice(0, 19)}Z`;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }
}
