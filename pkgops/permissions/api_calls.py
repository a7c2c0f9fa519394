"""The permissions that the adapters' own API calls need, a row a call.

A test compares the table with the adapters' code. What CloudFormation calls on the deployer's behalf is in
`pkgops.permissions.needs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Target(StrEnum):
    """The resources a call is made on."""

    ACCOUNT = "nothing narrower than the account"
    STACKS = "the stacks of the system, and the bootstrap stack"
    EVERY_STACK = "every stack of the account and region"
    BUCKET = "the artifact bucket"
    OBJECTS = "the system's own objects in the artifact bucket"
    GARBAGE = "every object in the artifact bucket"
    EMPTIED = "buckets that are deleted with their stack, and their objects"
    GROUPS = "log groups"
    EDGE_GROUPS = "log groups of functions at the edge, in every region"
    REGIONS = "the list of regions, if the system has functions at the edge"
    FUNCTIONS = "functions, and their versions and aliases"
    BUCKETS = "the system's buckets"
    SITES = "the buckets of the system's web pages, and their objects"
    DISTRIBUTIONS = "distributions, if the system has web pages behind one"
    ROLES = "roles"
    TABLES = "tables"
    IDENTITIES = "the identities that mail is sent from"
    TOPICS = "topics"
    CLUSTERS = "clusters of databases"
    INSTANCES = "instances of databases"
    SEEDED_TABLES = "tables, on unprotected stages: only those are seeded"
    ITEMS = "nothing: items are users' data, which nobody needs to read who deploys"
    ALL_POOLS = "every user pool of the account, if the system has one"
    SEEDED_POOLS = "user pools, on unprotected stages: nobody who deploys production may set its users' passwords"
    QUEUES = "queues"
    PARAMETERS = "the parameters of SSM that templates name"
    SECRETS = "the secrets the system declares"
    NOTHING = "nothing: whoever may give a user policies and keys may do everything, which is an administrator's"


@dataclass(frozen=True, slots=True)
class Call:
    """Actions that an operation needs, and on what."""

    target: Target
    actions: tuple[str, ...]


def _call(target: Target, *actions: str) -> Call:
    return Call(target, actions)


# (service, operation) as botocore names them.
CALLS: Mapping[tuple[str, str], tuple[Call, ...]] = {
    # Without a stack's name it lists stacks, which is an action of its own.
    ("cloudformation", "describe_stacks"): (
        _call(Target.ACCOUNT, "cloudformation:DescribeStacks", "cloudformation:ListStacks"),
    ),
    # Garbage collection reads the templates of all stacks and change sets: what any of them refers to is in use.
    ("cloudformation", "get_template"): (_call(Target.EVERY_STACK, "cloudformation:GetTemplate"),),
    ("cloudformation", "list_change_sets"): (_call(Target.EVERY_STACK, "cloudformation:ListChangeSets"),),
    ("cloudformation", "create_change_set"): (
        _call(Target.STACKS, "cloudformation:CreateChangeSet", "cloudformation:TagResource"),
        _call(Target.OBJECTS, "s3:GetObject"),  # a large template is read with the caller's permissions
    ),
    ("cloudformation", "describe_change_set"): (_call(Target.STACKS, "cloudformation:DescribeChangeSet"),),
    ("cloudformation", "execute_change_set"): (_call(Target.STACKS, "cloudformation:ExecuteChangeSet"),),
    ("cloudformation", "delete_change_set"): (_call(Target.STACKS, "cloudformation:DeleteChangeSet"),),
    ("cloudformation", "delete_stack"): (_call(Target.STACKS, "cloudformation:DeleteStack"),),
    ("cloudformation", "continue_update_rollback"): (_call(Target.STACKS, "cloudformation:ContinueUpdateRollback"),),
    ("cloudformation", "rollback_stack"): (_call(Target.STACKS, "cloudformation:RollbackStack"),),
    ("cloudformation", "cancel_update_stack"): (_call(Target.STACKS, "cloudformation:CancelUpdateStack"),),
    ("cloudformation", "update_termination_protection"): (
        _call(Target.STACKS, "cloudformation:UpdateTerminationProtection"),
    ),
    ("cloudformation", "set_stack_policy"): (_call(Target.STACKS, "cloudformation:SetStackPolicy"),),
    ("cloudformation", "describe_stack_events"): (_call(Target.STACKS, "cloudformation:DescribeStackEvents"),),
    ("cloudformation", "describe_events"): (_call(Target.STACKS, "cloudformation:DescribeEvents"),),
    ("cloudformation", "list_stack_resources"): (_call(Target.STACKS, "cloudformation:ListStackResources"),),
    # A resource that conflicts with a deployment may belong to any stack.
    ("cloudformation", "describe_stack_resources"): (
        _call(Target.EVERY_STACK, "cloudformation:DescribeStackResources"),
    ),
    ("cloudformation", "list_imports"): (_call(Target.ACCOUNT, "cloudformation:ListImports"),),
    # Drift is detected with the caller's permissions; those to read each resource are needed to deploy it, too.
    ("cloudformation", "detect_stack_drift"): (
        _call(Target.STACKS, "cloudformation:DetectStackDrift", "cloudformation:DetectStackResourceDrift"),
        _call(Target.ACCOUNT, "cloudformation:BatchDescribeTypeConfigurations"),
    ),
    ("cloudformation", "describe_stack_drift_detection_status"): (
        _call(Target.ACCOUNT, "cloudformation:DescribeStackDriftDetectionStatus"),
    ),
    ("cloudformation", "describe_stack_resource_drifts"): (
        _call(Target.STACKS, "cloudformation:DescribeStackResourceDrifts"),
    ),
    # Without s3:ListBucket the answer for a missing object is 403, not 404.
    ("s3", "head_object"): (
        _call(Target.OBJECTS, "s3:GetObject"),
        _call(Target.BUCKET, "s3:ListBucket"),
        _call(Target.SITES, "s3:GetObject"),
    ),
    ("s3", "head_bucket"): (_call(Target.BUCKETS, "s3:ListBucket"),),
    ("s3", "get_object"): (_call(Target.OBJECTS, "s3:GetObject"),),
    ("s3", "put_object"): (_call(Target.OBJECTS, "s3:PutObject"), _call(Target.SITES, "s3:PutObject")),
    ("s3", "create_multipart_upload"): (_call(Target.SITES, "s3:PutObject"),),
    ("s3", "upload_part"): (_call(Target.SITES, "s3:PutObject"),),
    ("s3", "complete_multipart_upload"): (_call(Target.SITES, "s3:PutObject"),),
    ("s3", "abort_multipart_upload"): (_call(Target.SITES, "s3:AbortMultipartUpload"),),
    ("s3", "list_objects_v2"): (_call(Target.BUCKET, "s3:ListBucket"), _call(Target.SITES, "s3:ListBucket")),
    ("s3", "list_object_versions"): (_call(Target.EMPTIED, "s3:ListBucketVersions"),),
    ("s3", "delete_objects"): (
        _call(Target.GARBAGE, "s3:DeleteObject"),
        _call(Target.EMPTIED, "s3:DeleteObject", "s3:DeleteObjectVersion"),
        _call(Target.SITES, "s3:DeleteObject"),
    ),
    ("s3", "delete_object"): (
        _call(Target.GARBAGE, "s3:DeleteObject"),
        _call(Target.EMPTIED, "s3:DeleteObject", "s3:DeleteObjectVersion"),
        _call(Target.SITES, "s3:DeleteObject"),
    ),
    ("cloudfront", "create_invalidation"): (_call(Target.DISTRIBUTIONS, "cloudfront:CreateInvalidation"),),
    ("logs", "filter_log_events"): (
        _call(Target.GROUPS, "logs:FilterLogEvents"),
        _call(Target.EDGE_GROUPS, "logs:FilterLogEvents"),
    ),
    ("logs", "get_log_events"): (
        _call(Target.GROUPS, "logs:GetLogEvents"),
        _call(Target.EDGE_GROUPS, "logs:GetLogEvents"),
    ),
    ("logs", "describe_log_streams"): (
        _call(Target.GROUPS, "logs:DescribeLogStreams"),
        _call(Target.EDGE_GROUPS, "logs:DescribeLogStreams"),
    ),
    ("logs", "describe_log_groups"): (_call(Target.ACCOUNT, "logs:DescribeLogGroups"),),
    ("logs", "start_live_tail"): (_call(Target.GROUPS, "logs:StartLiveTail"),),
    ("ec2", "describe_regions"): (_call(Target.REGIONS, "ec2:DescribeRegions"),),
    ("lambda", "invoke"): (_call(Target.FUNCTIONS, "lambda:InvokeFunction"),),
    ("lambda", "get_function_configuration"): (_call(Target.FUNCTIONS, "lambda:GetFunctionConfiguration"),),
    # pkgops dev swaps code; the next deployment takes it back where CloudFormation sees no change. Aliases: on stages
    # that let them follow.
    ("lambda", "get_function"): (_call(Target.FUNCTIONS, "lambda:GetFunction"),),
    ("lambda", "get_alias"): (_call(Target.FUNCTIONS, "lambda:GetAlias"),),
    ("lambda", "update_alias"): (_call(Target.FUNCTIONS, "lambda:UpdateAlias"),),
    ("lambda", "update_function_code"): (
        _call(Target.FUNCTIONS, "lambda:UpdateFunctionCode"),
        _call(Target.OBJECTS, "s3:GetObject"),  # Lambda reads the object with the caller's permissions
    ),
    # Only when a deployment changes a reserved concurrency.
    ("lambda", "get_account_settings"): (_call(Target.ACCOUNT, "lambda:GetAccountSettings"),),
    ("lambda", "list_functions"): (_call(Target.ACCOUNT, "lambda:ListFunctions"),),
    ("sesv2", "get_email_identity"): (_call(Target.IDENTITIES, "ses:GetEmailIdentity"),),
    ("iam", "get_role"): (_call(Target.ROLES, "iam:GetRole"),),
    ("dynamodb", "describe_table"): (_call(Target.TABLES, "dynamodb:DescribeTable"),),
    ("dynamodb", "put_item"): (_call(Target.SEEDED_TABLES, "dynamodb:PutItem"),),
    ("dynamodb", "transact_write_items"): (_call(Target.SEEDED_TABLES, "dynamodb:PutItem"),),
    ("dynamodb", "batch_get_item"): (_call(Target.SEEDED_TABLES, "dynamodb:BatchGetItem"),),
    ("dynamodb", "query"): (_call(Target.ITEMS, "dynamodb:Query"),),
    ("dynamodb", "scan"): (_call(Target.ITEMS, "dynamodb:Scan"),),
    ("dynamodb", "get_item"): (_call(Target.ITEMS, "dynamodb:GetItem"),),
    ("dynamodb", "update_item"): (_call(Target.ITEMS, "dynamodb:UpdateItem"),),
    ("dynamodb", "delete_item"): (_call(Target.ITEMS, "dynamodb:DeleteItem"),),
    ("sns", "list_subscriptions_by_topic"): (_call(Target.TOPICS, "sns:ListSubscriptionsByTopic"),),
    ("rds", "describe_db_clusters"): (_call(Target.CLUSTERS, "rds:DescribeDBClusters"),),
    ("rds", "describe_db_instances"): (_call(Target.INSTANCES, "rds:DescribeDBInstances"),),
    ("rds", "modify_db_cluster"): (_call(Target.CLUSTERS, "rds:ModifyDBCluster"),),
    ("rds", "modify_db_instance"): (_call(Target.INSTANCES, "rds:ModifyDBInstance"),),
    ("rds", "describe_db_cluster_snapshots"): (_call(Target.CLUSTERS, "rds:DescribeDBClusterSnapshots"),),
    ("rds", "describe_db_snapshots"): (_call(Target.INSTANCES, "rds:DescribeDBSnapshots"),),
    # A role with the deployer's own policies, by which pkgops verify tries them.
    ("iam", "create_role"): (_call(Target.NOTHING, "iam:CreateRole", "iam:TagRole"),),
    ("iam", "put_role_policy"): (_call(Target.NOTHING, "iam:PutRolePolicy"),),
    ("iam", "list_role_policies"): (_call(Target.NOTHING, "iam:ListRolePolicies"),),
    ("iam", "delete_role_policy"): (_call(Target.NOTHING, "iam:DeleteRolePolicy"),),
    ("iam", "delete_role"): (_call(Target.NOTHING, "iam:DeleteRole"),),
    ("sts", "assume_role"): (_call(Target.NOTHING, "sts:AssumeRole"),),
    ("iam", "get_user"): (_call(Target.NOTHING, "iam:GetUser"),),
    ("iam", "create_user"): (_call(Target.NOTHING, "iam:CreateUser"),),
    ("iam", "delete_user"): (_call(Target.NOTHING, "iam:DeleteUser"),),
    ("iam", "attach_user_policy"): (_call(Target.NOTHING, "iam:AttachUserPolicy"),),
    ("iam", "detach_user_policy"): (_call(Target.NOTHING, "iam:DetachUserPolicy"),),
    ("iam", "list_attached_user_policies"): (_call(Target.NOTHING, "iam:ListAttachedUserPolicies"),),
    ("iam", "create_access_key"): (_call(Target.NOTHING, "iam:CreateAccessKey"),),
    ("iam", "delete_access_key"): (_call(Target.NOTHING, "iam:DeleteAccessKey"),),
    ("iam", "list_access_keys"): (_call(Target.NOTHING, "iam:ListAccessKeys"),),
    ("secretsmanager", "get_secret_value"): (_call(Target.SECRETS, "secretsmanager:GetSecretValue"),),
    ("secretsmanager", "describe_secret"): (_call(Target.SECRETS, "secretsmanager:DescribeSecret"),),
    ("secretsmanager", "create_secret"): (_call(Target.SECRETS, "secretsmanager:CreateSecret"),),
    ("secretsmanager", "put_secret_value"): (_call(Target.SECRETS, "secretsmanager:PutSecretValue"),),
    ("secretsmanager", "restore_secret"): (_call(Target.SECRETS, "secretsmanager:RestoreSecret"),),
    ("secretsmanager", "list_secrets"): (_call(Target.ACCOUNT, "secretsmanager:ListSecrets"),),
    ("sqs", "list_queues"): (_call(Target.ACCOUNT, "sqs:ListQueues"),),
    ("ssm", "get_parameters"): (_call(Target.PARAMETERS, "ssm:GetParameters"),),
    ("sqs", "get_queue_url"): (_call(Target.QUEUES, "sqs:GetQueueUrl"),),
    ("sqs", "get_queue_attributes"): (_call(Target.QUEUES, "sqs:GetQueueAttributes"),),
    ("sqs", "start_message_move_task"): (
        _call(Target.QUEUES, "sqs:StartMessageMoveTask", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SendMessage"),
    ),
    ("sqs", "list_message_move_tasks"): (_call(Target.QUEUES, "sqs:ListMessageMoveTasks"),),
    ("sqs", "change_message_visibility_batch"): (_call(Target.QUEUES, "sqs:ChangeMessageVisibility"),),
    ("sqs", "purge_queue"): (_call(Target.QUEUES, "sqs:PurgeQueue"),),
    ("sqs", "receive_message"): (_call(Target.QUEUES, "sqs:ReceiveMessage"),),
    ("sqs", "send_message_batch"): (_call(Target.QUEUES, "sqs:SendMessage"),),
    ("sqs", "delete_message_batch"): (_call(Target.QUEUES, "sqs:DeleteMessage"),),
    ("cloudwatch", "get_metric_data"): (_call(Target.ACCOUNT, "cloudwatch:GetMetricData"),),
    ("cloudwatch", "describe_alarms"): (_call(Target.ACCOUNT, "cloudwatch:DescribeAlarms"),),
    # Only by cost --refresh; list prices are the same for everybody.
    ("pricing", "get_products"): (_call(Target.ACCOUNT, "pricing:GetProducts"),),
    ("cognito-idp", "list_user_pools"): (_call(Target.ALL_POOLS, "cognito-idp:ListUserPools"),),
    ("cognito-idp", "admin_create_user"): (_call(Target.SEEDED_POOLS, "cognito-idp:AdminCreateUser"),),
    ("cognito-idp", "admin_confirm_sign_up"): (_call(Target.SEEDED_POOLS, "cognito-idp:AdminConfirmSignUp"),),
    ("cognito-idp", "admin_delete_user"): (_call(Target.SEEDED_POOLS, "cognito-idp:AdminDeleteUser"),),
    ("cognito-idp", "list_users"): (_call(Target.SEEDED_POOLS, "cognito-idp:ListUsers"),),
    ("cognito-idp", "admin_user_global_sign_out"): (_call(Target.SEEDED_POOLS, "cognito-idp:AdminUserGlobalSignOut"),),
    ("cognito-idp", "admin_get_user"): (_call(Target.SEEDED_POOLS, "cognito-idp:AdminGetUser"),),
    ("cognito-idp", "admin_set_user_password"): (_call(Target.SEEDED_POOLS, "cognito-idp:AdminSetUserPassword"),),
    ("sts", "get_caller_identity"): (),  # needs no permission
}
