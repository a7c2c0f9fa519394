"""Contract: a parameter the template does not declare is refused."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.emulator


def test_an_unknown_parameter_is_refused(aws, unique):
    with pytest.raises(aws("cloudformation").exceptions.ClientError, match=r"Parameters: \[Nonsense\] do not exist"):
        aws("cloudformation").create_stack(
            StackName=unique("refused"),
            TemplateBody=json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}),
            Parameters=[{"ParameterKey": "Nonsense", "ParameterValue": "1"}],
        )
