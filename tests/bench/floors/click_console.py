"""A command that serves one page on a port of loopback: what answering at all takes, with the same libraries."""

import asyncio
import socket

import click
from uvicorn import Config, Server


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


@click.command()
def command():
    listener = socket.create_server(("127.0.0.1", 0))
    click.echo(f"http://127.0.0.1:{listener.getsockname()[1]}/")
    server = Server(Config(page, http="h11", ws="none", lifespan="off", log_config=None))
    asyncio.run(server.serve([listener]))


command()
