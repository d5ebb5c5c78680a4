{{- define "flowtally.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "flowtally.selector" -}}
app.kubernetes.io/name: {{ include "flowtally.name" . }}
{{- end }}

{{- define "flowtally.labels" -}}
{{ include "flowtally.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "flowtally.metadata" -}}
name: {{ include "flowtally.name" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "flowtally.labels" . | nindent 2 }}
{{- end }}

{{- define "flowtally.clusterMetadata" -}}
name: {{ include "flowtally.name" . }}
labels:
  {{- include "flowtally.labels" . | nindent 2 }}
{{- end }}

{{- /* A number as a file of values has it is printed as 2e+06 otherwise; words, such as auto and 1Gi, stay as they are. */}}
{{- define "flowtally.whole" -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ int64 . }}{{ end }}
{{- end }}
