{{/* The operator's settings: each value under the name by which it reads it. */}}
{{- define "backpack.operator.environment" -}}
{{- $operator := .Values.operator -}}
- name: BACKPACK_OPERATOR_NAMESPACE
  valueFrom:
    fieldRef: {fieldPath: metadata.namespace}
- name: BACKPACK_OPERATOR_DOMAIN
  value: {{ required "operator.domain is required: Backpacks are served at NAME.<domain>, such as operator.domain=apps.example.com" $operator.domain | quote }}
- name: BACKPACK_OPERATOR_HTTPS_ENTRY_POINTS
  value: {{ join "," $operator.https.entryPoints | quote }}
{{- with $operator.https.port }}
- name: BACKPACK_OPERATOR_PUBLIC_HTTPS_PORT
  value: {{ int . | quote }}
{{- end }}
- name: BACKPACK_OPERATOR_HTTP_ENTRY_POINTS
  value: {{ join "," $operator.http.entryPoints | quote }}
{{- with $operator.http.port }}
- name: BACKPACK_OPERATOR_PUBLIC_HTTP_PORT
  value: {{ int . | quote }}
{{- end }}
- name: BACKPACK_OPERATOR_TLS_MODE
  value: {{ $operator.tls.mode | quote }}
{{- with $operator.tls.resolver }}
- name: BACKPACK_OPERATOR_TLS_RESOLVER
  value: {{ . | quote }}
{{- end }}
- name: BACKPACK_OPERATOR_TLS_REDIRECT
  value: {{ $operator.tls.redirect | quote }}
- name: BACKPACK_OPERATOR_IMAGE_API
  value: {{ include "backpack.image" (dict "root" . "value" "api" "name" "core-api") | quote }}
- name: BACKPACK_OPERATOR_IMAGE_WEB
  value: {{ include "backpack.image" (dict "root" . "value" "web" "name" "web") | quote }}
- name: BACKPACK_OPERATOR_IMAGE_REDIS
  value: {{ .Values.images.redis | quote }}
- name: BACKPACK_OPERATOR_IMAGE_MONGODB
  value: {{ .Values.images.mongodb | quote }}
- name: BACKPACK_OPERATOR_IMAGE_FERRETDB
  value: {{ .Values.images.ferretdb | quote }}
- name: BACKPACK_OPERATOR_IMAGE_PULL_POLICY
  value: {{ .Values.images.pullPolicy | quote }}
- name: BACKPACK_OPERATOR_DEFAULT_ENGINE
  value: {{ $operator.defaultEngine | quote }}
{{- with $operator.storageClassName }}
- name: BACKPACK_OPERATOR_STORAGE_CLASS
  value: {{ . | quote }}
{{- end }}
{{- with $operator.watchNamespaces }}
- name: BACKPACK_OPERATOR_WATCH_NAMESPACES
  value: {{ join "," . | quote }}
{{- end }}
- name: BACKPACK_OPERATOR_CLUSTER_DOMAIN
  value: {{ $operator.clusterDomain | quote }}
- name: BACKPACK_OPERATOR_UPGRADE_MAX_UNAVAILABLE
  value: {{ toString $operator.upgrades.maxUnavailable | quote }}
- name: BACKPACK_OPERATOR_UPGRADE_TIMEOUT_SECONDS
  value: {{ int $operator.upgrades.timeoutSeconds | quote }}
- name: BACKPACK_OPERATOR_WORKERS
  value: {{ int $operator.workers | quote }}
- name: BACKPACK_OPERATOR_RESYNC_SECONDS
  value: {{ int $operator.resyncSeconds | quote }}
- name: BACKPACK_OPERATOR_KEY_ANNOUNCE_SECONDS
  value: {{ int $operator.signingKeys.announceSeconds | quote }}
- name: BACKPACK_OPERATOR_KEY_PATIENCE_SECONDS
  value: {{ int $operator.signingKeys.patienceSeconds | quote }}
- name: BACKPACK_OPERATOR_KEY_OVERLAP_SECONDS
  value: {{ int $operator.signingKeys.overlapSeconds | quote }}
- name: BACKPACK_OPERATOR_PUBLISHABLE_KEY_OVERLAP_SECONDS
  value: {{ int $operator.publishableKeyOverlapSeconds | quote }}
- name: BACKPACK_OPERATOR_LOG_LEVEL
  value: {{ $operator.logLevel | quote }}
- name: BACKPACK_OPERATOR_OPERATOR_POD_LABELS
  value: {{ include "backpack.labelList" (include "backpack.operator.selectorLabels" . | fromYaml) | quote }}
- name: BACKPACK_OPERATOR_TRAEFIK_NAMESPACE
  value: {{ .Values.traefik.namespace | quote }}
- name: BACKPACK_OPERATOR_TRAEFIK_POD_LABELS
  value: {{ include "backpack.labelList" .Values.traefik.podLabels | quote }}
{{- with .Values.traefik.addresses }}
- name: BACKPACK_OPERATOR_TRAEFIK_ADDRESSES
  value: {{ join "," . | quote }}
{{- end }}
- name: BACKPACK_OPERATOR_TRAEFIK_HTTPS_ADDRESS
  value: {{ .Values.traefik.httpsAddress | quote }}
- name: BACKPACK_OPERATOR_DASHBOARD_DEPLOYMENT
  value: {{ include "backpack.dashboard.name" . | quote }}
- name: BACKPACK_OPERATOR_MONITORING_NAMESPACE
  value: {{ .Values.monitoring.namespace | quote }}
- name: BACKPACK_OPERATOR_MONITORING_POD_LABELS
  value: {{ include "backpack.labelList" .Values.monitoring.podLabels | quote }}
- name: BACKPACK_OPERATOR_DNS_NAMESPACE
  value: {{ .Values.dns.namespace | quote }}
- name: BACKPACK_OPERATOR_DNS_POD_LABELS
  value: {{ include "backpack.labelList" .Values.dns.podLabels | quote }}
- name: BACKPACK_OPERATOR_DNS_PORTS
  value: {{ join "," .Values.dns.ports | quote }}
{{- end -}}
