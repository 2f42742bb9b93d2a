{{/*
What the operator may do where Backpacks are. Secrets can't be limited by name,
since a new Backpack's has a new one; they are never listed or watched.
*/}}
{{- define "backpack.operator.rules" -}}
- apiGroups: [backpack.dev]
  resources: [backpacks]
  verbs: [get, list, watch, patch]
- apiGroups: [backpack.dev]
  resources: [backpacks/status]
  verbs: [patch]
- apiGroups: [backpack.dev]
  resources: [backpacks/finalizers]
  verbs: [update]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services, configmaps, persistentvolumeclaims]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [traefik.io]
  resources: [ingressroutes, middlewares]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{ include "backpack.operator.adminRules" . }}
{{- end -}}

{{/* What it may do to accounts of the dashboard. */}}
{{- define "backpack.operator.adminRules" -}}
- apiGroups: [backpack.dev]
  resources: [backpackadmins]
  verbs: [list, patch]
- apiGroups: [backpack.dev]
  resources: [backpackadmins/status]
  verbs: [patch]
{{- end -}}
