{{/* The dashboard's settings: each value under the name by which it reads it. */}}
{{- define "backpack.dashboard.environment" -}}
{{- $dashboard := .Values.dashboard -}}
- name: BACKPACK_DASHBOARD_NAMESPACE
  valueFrom:
    fieldRef: {fieldPath: metadata.namespace}
- name: BACKPACK_DASHBOARD_PUBLIC_URL
  value: {{ include "backpack.dashboard.url" . | quote }}
- name: BACKPACK_DASHBOARD_DOMAIN
  value: {{ .Values.operator.domain | quote }}
- name: BACKPACK_DASHBOARD_CREATE_IN
  value: {{ join "," $dashboard.namespaces | quote }}
{{- with .Values.operator.watchNamespaces }}
- name: BACKPACK_DASHBOARD_WATCH_NAMESPACES
  value: {{ join "," . | quote }}
{{- end }}
- name: BACKPACK_DASHBOARD_CLUSTER_DOMAIN
  value: {{ .Values.operator.clusterDomain | quote }}
- name: BACKPACK_DASHBOARD_REDIS_HOST
  value: {{ printf "%s.%s.svc.%s" (include "backpack.dashboard.redis.name" .) .Release.Namespace .Values.operator.clusterDomain | quote }}
- name: BACKPACK_DASHBOARD_REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "backpack.dashboard.redis.secret" . }}
      key: redis-password
- name: BACKPACK_DASHBOARD_REGISTRATION
  value: {{ $dashboard.registration | quote }}
- name: BACKPACK_DASHBOARD_BACKPACKS_PER_DEVELOPER
  value: {{ int $dashboard.backpacksPerDeveloper | quote }}
- name: BACKPACK_DASHBOARD_STORAGE_PER_DEVELOPER
  value: {{ $dashboard.storagePerDeveloper | quote }}
- name: BACKPACK_DASHBOARD_SESSION_HOURS
  value: {{ int $dashboard.sessionHours | quote }}
{{- with .Values.traefik.addresses }}
- name: BACKPACK_DASHBOARD_TRUSTED_PROXIES
  value: {{ join "," . | quote }}
{{- end }}
- name: BACKPACK_DASHBOARD_LOG_LEVEL
  value: {{ $dashboard.logLevel | quote }}
{{- end -}}
