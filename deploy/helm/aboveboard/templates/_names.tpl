{{- define "aboveboard.selector" -}}
app.kubernetes.io/name: aboveboard
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "aboveboard.labels" -}}
{{ include "aboveboard.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "aboveboard.image" -}}
{{ required "Set image.repository: where you keep the image" .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "aboveboard.origin" -}}
{{ required "Set origin: the address that people type" .Values.origin }}
{{- end }}

{{- /* What each container of the pod has: the same instance, and no right of the system. */ -}}
{{- define "aboveboard.container" -}}
image: {{ include "aboveboard.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - name: ABOVEBOARD_SERVER_ORIGIN
    value: {{ include "aboveboard.origin" . | quote }}
  - name: ABOVEBOARD_SERVER_PROXIES
    value: {{ .Values.proxies | quote }}
  {{- if .Values.secret }}
  - name: ABOVEBOARD_DATABASE_URL
    valueFrom:
      secretKeyRef: {name: {{ .Values.secret }}, key: database-url, optional: true}
  - name: ABOVEBOARD_MAIL_URL
    valueFrom:
      secretKeyRef: {name: {{ .Values.secret }}, key: mail-url, optional: true}
  {{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
{{- end }}
