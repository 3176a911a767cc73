#!/usr/bin/env bash
# LocalStack runs this once it is ready: says which of the platform's services it serves, and which it does not.
set -euo pipefail

health="$(curl --fail --silent "${HEALTH_URL:-http://localhost:4566/_localstack/health}")"

missing=()
for service in cloudwatch dynamodb events firehose iam kinesis kms logs s3 secretsmanager sns sts; do
  if ! grep --quiet --extended-regexp "\"${service}\": *\"(available|running)\"" <<<"${health}"; then
    missing+=("${service}")
  fi
done
if ((${#missing[@]})); then
  echo "LocalStack does not serve ${missing[*]}: look at SERVICES in localstack/compose.yaml." >&2
  exit 1
fi
echo "LocalStack serves all that infra/ provisions but Glue, which its community edition lacks."
echo "\`lakehouse aws rehearse\` leaves it out, and runs the jobs from glue_jobs/pipeline.yaml."
