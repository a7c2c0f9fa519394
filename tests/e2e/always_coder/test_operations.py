"""What an operator does with the deployed system."""

from __future__ import annotations

import json

import pytest

from tests.e2e.always_coder.relay import Clients, Play, Relay

pytestmark = pytest.mark.e2e


def test_the_doctor_has_the_socket_answer(relay: Relay) -> None:
    checks = relay.project.rows("doctor", "always_coder")
    (socket,) = [check for check in checks if check["name"] == "WebSocket API"]
    assert socket["state"] == "ok", socket
    assert socket["found"].startswith(f"{relay.outputs['WebSocketUrl']} answers (")


def test_clients_get_their_variables(relay: Relay) -> None:
    found = relay.project.rows("env", "always_coder")
    assert found["ALWAYS_CODER_SERVER"] == found["NEXT_PUBLIC_WS_ENDPOINT"] == relay.outputs["WebSocketUrl"]
    assert found["NEXT_PUBLIC_COGNITO_USER_POOL_ID"] == relay.outputs["UserPoolId"]
    assert found["NEXT_PUBLIC_COGNITO_CLIENT_ID"] == relay.outputs["UserPoolClientId"]


def test_a_seeded_user_sees_three_sessions(relay: Relay, play: Play) -> None:
    report = relay.project.rows("seed-dev", "always_coder")["always_coder"]
    (shown,) = report["revealed"]
    given = {"USERNAME": "dev@example.com", "PASSWORD": shown["value"]}
    answer = relay.users.initiate_auth(
        ClientId=relay.outputs["UserPoolClientId"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
    )

    async def scene(clients: Clients) -> None:
        owner = await clients.open(answer["AuthenticationResult"]["AccessToken"])
        found = (await owner.ask("session:list:request", includeInactive=True))["sessions"]
        states = [(row["sessionId"], row["status"]) for row in found]
        assert states == [("SEEDWA", "pending"), ("SEEDPA", "paused"), ("SEEDCL", "closed")]
        viewer = await clients.open()
        joined = await viewer.ask("session:join", sessionId="SEEDCL", publicKey="Kw")
        assert joined["cliDisconnected"] is True

    play(scene)
    again = relay.project.rows("seed-dev", "always_coder")["always_coder"]
    assert again["revealed"] == []
    assert {count["written"] for count in again["counts"]} == {0}


def test_every_function_has_a_log(relay: Relay) -> None:
    relay.project.rows("doctor", "--system", "always_coder")
    lines = relay.project.pkgops("tail-logs", "always_coder", "--since", "1h", "--output", "json").stdout.splitlines()
    assert {"authorizer", "connect", "message", "disconnect"} <= {json.loads(line)["name"] for line in lines}
