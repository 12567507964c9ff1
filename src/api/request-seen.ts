// What the metrics need to know of a request to the API server.

/** One answered (or failed) request, as the transport saw it. */
export interface RequestSeen {
  /** `GET`, `LIST`, `WATCH`, `POST`, `PATCH`, `APPLY` or `DELETE`. */
  readonly verb: string;
  /** HTTP status, or `<error>` if there was no answer. */
  readonly code: string;
  readonly durationMs: number;
}
