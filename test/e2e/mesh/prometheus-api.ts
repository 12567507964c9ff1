// The tests' name for it; the demo asks the same.
export { PrometheusApi } from '../../../testbed/mesh/prometheus-api.ts';
