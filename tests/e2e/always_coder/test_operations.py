"""What an operator does with the deployed system."""

from __future__ import annotations

import pytest

from tests.e2e.always_coder.relay import Relay

pytestmark = pytest.mark.e2e


def test_the_doctor_has_the_socket_answer(relay: Relay) -> None:
    checks = relay.project.rows("doctor", "--system", "always_coder")
    (socket,) = [check for check in checks if check["name"] == "WebSocket API"]
    assert socket["state"] == "ok", socket
    assert socket["found"].startswith(f"{relay.outputs['WebSocketUrl']} answers (")


def test_clients_get_their_variables(relay: Relay) -> None:
    found = relay.project.rows("env", "always_coder")
    assert found["ALWAYS_CODER_SERVER"] == found["NEXT_PUBLIC_WS_ENDPOINT"] == relay.outputs["WebSocketUrl"]
    assert found["NEXT_PUBLIC_COGNITO_USER_POOL_ID"] == relay.outputs["UserPoolId"]
    assert found["NEXT_PUBLIC_COGNITO_CLIENT_ID"] == relay.outputs["UserPoolClientId"]
