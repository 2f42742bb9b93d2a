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
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [traefik.io]
  resources: [ingressroutes]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end -}}
