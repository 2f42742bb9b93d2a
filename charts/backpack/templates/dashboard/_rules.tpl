{{/*
What the dashboard may do where Backpacks are. It reads no Secret there: inside a backpack
it works through that backpack's own API.
*/}}
{{- define "backpack.dashboard.rules" -}}
- apiGroups: [backpack.dev]
  resources: [backpacks]
  verbs: [get, list, watch, create, patch, update, delete]
- apiGroups: [""]
  resources: [events]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
{{- end -}}
