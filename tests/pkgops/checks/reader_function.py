"""A stack with two tables, a queue, and one function, which is given the first table's name."""

from __future__ import annotations

from textwrap import indent

_TEMPLATE = """
key = dict(
    AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
    KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
    BillingMode="PAY_PER_REQUEST",
)
notes, users = scope.add(dynamodb.Table("Notes", **key)), scope.add(dynamodb.Table("Users", **key))
jobs = scope.add(sqs.Queue("Jobs"))
role = scope.add(iam.Role(
    "Role",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(Statement=[
{statements}
    ]))],
))
function = scope.add(awslambda.Function(
    "Read",
    Code=awslambda.Code(**handler_code("handlers/shop/{runs}.py")),
    Handler="handlers.shop.{runs}.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
    Environment=awslambda.Environment(Variables={{{variables}}}),
))
{more}
"""


def reader(*statements: str, more: str = "", runs: str = "read", variables: str = '"TABLE": Ref(notes)') -> str:
    """The body of its ``build(scope)``; ``more`` comes behind it."""
    listed = indent(",\n".join(statements), "        ")
    return _TEMPLATE.format(statements=listed, more=more, runs=runs, variables=variables)
