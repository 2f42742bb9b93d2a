{{- define "backpack.dashboard.name" -}}
{{- include "backpack.fullname" . }}-dashboard
{{- end -}}

{{- define "backpack.dashboard.redis.name" -}}
{{- include "backpack.dashboard.name" . }}-redis
{{- end -}}

{{/* What a selector names: it never changes between versions. */}}
{{- define "backpack.dashboard.selectorLabels" -}}
app.kubernetes.io/name: backpack
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: dashboard
{{- end -}}

{{- define "backpack.dashboard.labels" -}}
{{ include "backpack.labels" . }}
{{ include "backpack.dashboard.selectorLabels" . }}
{{- end -}}

{{- define "backpack.dashboard.redis.selectorLabels" -}}
app.kubernetes.io/name: backpack
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: dashboard-redis
{{- end -}}

{{- define "backpack.dashboard.redis.labels" -}}
{{ include "backpack.labels" . }}
{{ include "backpack.dashboard.redis.selectorLabels" . }}
{{- end -}}

{{/* The Secret with the password of its Redis, and with Redis' own user list. */}}
{{- define "backpack.dashboard.redis.secret" -}}
{{- .Values.dashboard.redis.existingSecret | default (include "backpack.dashboard.redis.name" .) -}}
{{- end -}}

{{/* Whether browsers reach it over plain HTTP only. */}}
{{- define "backpack.dashboard.scheme" -}}
{{- ternary "http" "https" (eq .Values.operator.tls.mode "Disabled") -}}
{{- end -}}

{{- define "backpack.dashboard.host" -}}
admin.{{ .Values.operator.domain }}
{{- end -}}

{{- define "backpack.dashboard.url" -}}
{{- $scheme := include "backpack.dashboard.scheme" . -}}
{{- $port := (index .Values.operator $scheme).port -}}
{{ $scheme }}://{{ include "backpack.dashboard.host" . }}{{ with $port }}:{{ int . }}{{ end }}
{{- end -}}
