"""Which versions of other tools are compared, and measured against stage local? Exact, and all of them here."""

from __future__ import annotations

CDK = ("aws-cdk@2.1148.1", "aws-cdk-lib@2.276.0", "constructs@10.8.1")
# Each in an environment of its own, because they pin different versions of the same libraries. Of the AWS CLI it is
# version 1: version 2 is no package of PyPI.
PYTHON = {
    "aws": "awscli==1.46.3",
    "sam": "aws-sam-cli==1.170.0",
    "sceptre": "sceptre==4.7.0",
    "awslogs": "awslogs==0.15.0",
}
