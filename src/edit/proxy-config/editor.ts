// The annotation proxy.istio.io/config: two fields of it are ours.
import type { AnnotationEditor } from '../text/annotation-editor.ts';
import { annotationEditor } from '../text/annotation-editor.ts';
import type { DesiredProxyConfig } from './fields.ts';
import { freshProxyConfig, mergeProxyConfig } from './merge.ts';
import { proxyConfigFields } from './read.ts';
import { withdrawProxyConfig } from './withdraw.ts';

export const proxyConfigEditor: AnnotationEditor<DesiredProxyConfig> = annotationEditor({
  fields: proxyConfigFields,
  fresh: freshProxyConfig,
  mergeInto: mergeProxyConfig,
  takeOut: withdrawProxyConfig,
});
