{{/* The release's name, which is the prefix of all names. */}}
{{- define "backpack.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "backpack.operator.name" -}}
{{- include "backpack.fullname" . }}-operator
{{- end -}}

{{/* What a selector names: it never changes between versions. */}}
{{- define "backpack.operator.selectorLabels" -}}
app.kubernetes.io/name: backpack
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "backpack.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: backpack
{{- end -}}

{{- define "backpack.operator.labels" -}}
{{ include "backpack.labels" . }}
{{ include "backpack.operator.selectorLabels" . }}
{{- end -}}

{{/* An image of this project: `dict "root" $ "value" "api" "name" "core-api"`. */}}
{{- define "backpack.image" -}}
{{- $images := .root.Values.images -}}
{{- if index $images .value -}}
{{- index $images .value -}}
{{- else if $images.registry -}}
{{- printf "%s/%s:%s" (trimSuffix "/" $images.registry) .name .root.Chart.AppVersion -}}
{{- else -}}
{{- fail (printf "images.%s is empty, and so is images.registry: name the registry that holds this project's images (such as images.registry=registry.example.com/backpack), or each image" .value) -}}
{{- end -}}
{{- end -}}

{{/* A map of labels as `k=v,k2=v2`. */}}
{{- define "backpack.labelList" -}}
{{- $pairs := list -}}
{{- range $key, $value := . -}}
{{- $pairs = append $pairs (printf "%s=%s" $key $value) -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end -}}
