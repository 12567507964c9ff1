// The fields of Istio's ProxyConfig, of 1.5 to 1.31: mesh/v1alpha1/proxy.proto of istio/api at b8f8791, whose two removed
// fields older versions have. Protobuf JSON takes each as it is here and in camelCase.

const PROTO_FIELDS = [
  'availability_zone',
  'binary_path',
  'ca_certificates_pem',
  'concurrency',
  'config_path',
  'connect_timeout',
  'connection_settings',
  'control_plane_auth_policy',
  'custom_config_file',
  'discovery_address',
  'discovery_refresh_delay',
  'drain_duration',
  'envoy_access_log_service',
  'envoy_metrics_service',
  'envoy_metrics_service_address',
  'extra_stat_tags',
  'file_flush_interval',
  'file_flush_min_size_kb',
  'gateway_topology',
  'hold_application_until_proxy_starts',
  'image',
  'interception_mode',
  'mesh_id',
  'parent_shutdown_duration',
  'private_key_provider',
  'proxy_admin_port',
  'proxy_bootstrap_template_path',
  'proxy_headers',
  'proxy_metadata',
  'proxy_stats_matcher',
  'readiness_probe',
  'runtime_values',
  'sds',
  'service_cluster',
  'stat_name_length',
  'stats_compression',
  'statsd_udp_address',
  'status_port',
  'termination_drain_duration',
  'tracing',
  'tracing_service_name',
  'zipkin_address',
] as const;

/** The spelling in camelCase, which Istio's documentation uses. */
export const PROXY_CONFIG_FIELDS: readonly string[] = PROTO_FIELDS.map(camelCase);

const SPELLINGS: ReadonlySet<string> = new Set([...PROTO_FIELDS, ...PROXY_CONFIG_FIELDS]);

/** True for a key that Istio reads at the top level. */
export function isProxyConfigField(key: string): boolean {
  return SPELLINGS.has(key);
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
