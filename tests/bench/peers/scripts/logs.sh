# logs.sh aws|awslogs MILLISECONDS GROUP...: the logs of all groups with a tool that reads one at a time; four at a time.
set -euo pipefail

TOOL=$1 SINCE=$2
shift 2
if [ "$TOOL" = aws ]; then
  printf '%s\n' "$@" | xargs -P 4 -I GROUP aws logs filter-log-events --log-group-name GROUP --start-time "$SINCE" --output text
else
  printf '%s\n' "$@" | xargs -P 4 -I GROUP awslogs get GROUP ALL --start 50m --color never
fi
