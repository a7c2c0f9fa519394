# stacks.sh aws|sam deploy|diff|destroy: PkgWatch's four stacks as a script brings them about with a tool that knows one
# stack at a time. Stacks that do not wait for each other go side by side, and so do packages.
set -euo pipefail

TOOL=$1 VERB=$2
CAPABILITIES="CAPABILITY_IAM CAPABILITY_NAMED_IAM"
VALUES=()

# both A B ...: the functions' calls side by side; fails if one does.
both() {
  local failed=0 pids=()
  for call in "$@"; do $call & pids+=($!); done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  return $failed
}

name() {
  case $1 in
    storage) echo PkgWatchStorage-local ;;
    pipeline) echo PkgWatchPipeline-local ;;
    api) echo PkgWatchApi-local ;;
    budgets) echo PkgWatchBudgets-local ;;
  esac
}

# learn Storage storage: the stack's outputs, as the parameters of stacks after it are called.
learn() {
  local query="Stacks[0].Outputs[].join('=', [join('', ['$1', OutputKey]), OutputValue])"
  local said
  said=$(aws cloudformation describe-stacks --stack-name "$(name "$2")" --query "$query" --output text)
  read -r -a found <<<"$said"
  VALUES+=("${found[@]}")
}

package() {
  aws cloudformation package --template-file "local/$1.json" --s3-bucket "$BUCKET" --use-json \
    --output-template-file "packaged/$1.json" >/dev/null
}

parameters() {
  if [ ${#VALUES[@]} -gt 0 ]; then echo "--parameter-overrides ${VALUES[*]}"; fi
}

deploy_aws() {
  # shellcheck disable=SC2046,SC2086
  aws cloudformation deploy --stack-name "$(name "$1")" --template-file "packaged/$1.json" --s3-bucket "$BUCKET" \
    --capabilities $CAPABILITIES --no-fail-on-empty-changeset $EXTRA $(parameters)
}

deploy_sam() {
  # shellcheck disable=SC2046,SC2086
  sam deploy --stack-name "$(name "$1")" --template-file "local/$1.json" --s3-bucket "$BUCKET" \
    --capabilities $CAPABILITIES --no-fail-on-empty-changeset --no-confirm-changeset --no-progressbar \
    $EXTRA $(parameters)
}

deploy() {
  EXTRA=${1:-}
  if [ "$TOOL" = aws ]; then
    mkdir -p packaged
    both "package storage" "package pipeline" "package api" "package budgets"
  fi
  "deploy_$TOOL" storage
  learn Storage storage
  "deploy_$TOOL" pipeline
  learn Pipeline pipeline
  both "deploy_$TOOL api" "deploy_$TOOL budgets"
}

# What a change set says, which then goes.
show() {
  local set
  set=$(aws cloudformation list-change-sets --stack-name "$(name "$1")" --query 'Summaries[0].ChangeSetName' --output text)
  if [ "$set" != None ]; then
    aws cloudformation describe-change-set --stack-name "$(name "$1")" --change-set-name "$set"
    aws cloudformation delete-change-set --stack-name "$(name "$1")" --change-set-name "$set"
  fi
}

destroy_aws() {
  aws cloudformation delete-stack --stack-name "$(name "$1")"
  aws cloudformation wait stack-delete-complete --stack-name "$(name "$1")"
}

destroy_sam() {
  sam delete --stack-name "$(name "$1")" --no-prompts --region us-east-1
}

case $VERB in
  deploy) deploy ;;
  diff)
    # sam prints the change set itself; both leave it behind.
    deploy --no-execute-changeset
    if [ "$TOOL" = aws ]; then both "show storage" "show pipeline" "show api" "show budgets"; fi
    ;;
  destroy)
    both "destroy_$TOOL api" "destroy_$TOOL budgets"
    "destroy_$TOOL" pipeline
    "destroy_$TOOL" storage
    ;;
esac
