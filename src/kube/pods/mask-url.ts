// A scrape URL as status may show it: what looks like a secret in its query is masked.

/** Prometheus masks the passwords of its configuration, not what a person put into `params`; status shows the URL. */
export function maskUrl(url: string): string {
  return url.replace(/([?&][^=&]*(?:token|secret|passw|key|auth|credential)[^=&]*=)[^&]*/gi, '$1xxxxx');
}
