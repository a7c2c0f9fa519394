"""How does each tool do what is compared?"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.commands import CHANGED
from tests.bench.measure import Command, nothing
from tests.bench.peers.material import Material, short
from tests.bench.workplace import Workplace
from tests.emulator import client

SCRIPTS = Path(__file__).with_name("scripts")
BUCKET = "peers-artifacts"
FIRST, NOTHING, DIFF = "first deployment", "nothing to do", "diff of one handler line"
CHANGE, HOTSWAP = "one handler line", "one handler line, past CloudFormation (--hotswap)"
LOGS, DESTROY = "10,000 events of 53 log groups", "destroy"
ROWS = (FIRST, NOTHING, DIFF, CHANGE, HOTSWAP, LOGS, DESTROY)


@dataclass(frozen=True)
class Tool:
    """Commands by row, for what it can do. ``prepare`` makes in an empty account what it expects there, ``edit``
    changes one line of a handler for it; neither is counted."""

    name: str
    commands: Mapping[str, Command]
    prepare: Callable[[], None] = nothing
    edit: Callable[[], None] = nothing


def tools(place: Workplace, material: Material, programs: Path) -> list[Tool]:
    """All that are compared, ours first."""
    other = _Others(place, material, programs)
    return [_ours(place), other.cdk(), other.sceptre(), other.sam(), other.aws(), other.awslogs()]


def _ours(place: Workplace) -> Tool:
    def edit() -> None:
        with (place.project / CHANGED).open("a", encoding="utf-8") as file:
            file.write(f"# {time.time_ns()}\n")

    deploy = place.pkgops("deploy", "--yes")
    return Tool(
        "pkgops",
        {
            FIRST: deploy,
            NOTHING: deploy,
            DIFF: place.pkgops("diff"),
            CHANGE: deploy,
            LOGS: place.pkgops("tail-logs", "--since", "50m"),
            DESTROY: place.pkgops("destroy", "--yes"),
        },
        lambda: _built(place),
        edit,
    )


def _built(place: Workplace) -> None:
    place.pkgops("package")()


class _Others:
    def __init__(self, place: Workplace, material: Material, programs: Path) -> None:
        self._place, self._material, self._programs = place, material, programs
        home = material.folder / "home"
        home.mkdir()
        kept = {name: value for name, value in place.environment.items() if name != "PYTHONPATH"}
        self._environment = kept | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(home),
            "BUCKET": BUCKET,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": kept["AWS_DEFAULT_REGION"],
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "NODE_PATH": str(programs.parent / "node_modules"),
        }

    def aws(self) -> Tool:
        since = str(int(time.time() * 1000) - 3_000_000)
        logs = self._script("logs.sh", "aws", since, *self._material.groups)
        return Tool("aws cli", {**self._stacks("aws"), LOGS: logs}, self._bucket, self._edit)

    def sam(self) -> Tool:
        groups = [part for group in self._material.groups for part in ("--cw-log-group", group)]
        logs = self._run("sam", "logs", *groups, "--start-time", "50mins ago")
        return Tool("sam", {**self._stacks("sam"), LOGS: logs}, self._bucket, self._edit)

    def awslogs(self) -> Tool:
        return Tool("awslogs", {LOGS: self._script("logs.sh", "awslogs", "", *self._material.groups)})

    def cdk(self) -> Tool:
        synth = self._run("node", str(SCRIPTS / "cdk.js"), CDK_OUTDIR="cdk.out")
        of_assembly = ("--app", "cdk.out", "--ci", "--no-notices", "--all", "--concurrency", "4")
        deploy = ("deploy", *of_assembly, "--require-approval", "never", "--asset-parallelism")

        def prepare() -> None:
            synth()
            self._run("cdk", "bootstrap", "--app", "cdk.out", "--ci", "--no-notices", "aws://000000000000/us-east-1")()

        def edit() -> None:
            self._edit()
            synth()

        whole = self._run("cdk", *deploy)
        return Tool(
            "cdk",
            {
                FIRST: whole,
                NOTHING: whole,
                DIFF: self._run("cdk", "diff", "--app", "cdk.out", "--ci", "--no-notices"),
                CHANGE: whole,
                HOTSWAP: self._run("cdk", *deploy, "--hotswap"),
                DESTROY: self._run("cdk", "destroy", *of_assembly, "--force"),
            },
            prepare,
            edit,
        )

    def sceptre(self) -> Tool:
        config = self._material.folder / "config"
        (config / "local").mkdir(parents=True)
        (config / "config.yaml").write_text(
            f"project_code: peers\nregion: us-east-1\ntemplate_bucket_name: {BUCKET}\n", encoding="utf-8"
        )
        for stack in self._material.stacks:
            name = short(stack["name"])
            inputs = stack["inputs"]
            after = sorted({f"  - local/{short(source)}.yaml\n" for source, _ in inputs.values()})
            # By the stacks' names: Sceptre's !stack_output takes them for those it would give.
            given = [
                f"  {one}: !stack_output_external {source}::{output}\n" for one, (source, output) in inputs.items()
            ]
            text = f"template:\n  path: {name}.json\n  type: file\nstack_name: {stack['name']}\n"
            if inputs:
                text += f"dependencies:\n{''.join(after)}parameters:\n{''.join(given)}"
            (config / "local" / f"{name}.yaml").write_text(text, encoding="utf-8")

        def prepare() -> None:
            self._bucket()
            self._uploaded()

        def edit() -> None:
            self._edit()
            self._uploaded()

        launch = self._run("sceptre", "launch", "-y", "local")
        return Tool(
            "sceptre",
            {
                FIRST: launch,
                NOTHING: launch,
                DIFF: self._run("sceptre", "diff", "local"),
                CHANGE: launch,
                DESTROY: self._run("sceptre", "delete", "-y", "local"),
            },
            prepare,
            edit,
        )

    def _stacks(self, tool: str) -> dict[str, Command]:
        deploy, diff, destroy = (self._script("stacks.sh", tool, verb) for verb in ("deploy", "diff", "destroy"))
        return {FIRST: deploy, NOTHING: deploy, DIFF: diff, CHANGE: deploy, DESTROY: destroy}

    def _edit(self) -> None:
        self._material.edit()

    def _bucket(self) -> None:
        client(self._place.emulator, "s3").create_bucket(Bucket=BUCKET)

    def _uploaded(self) -> None:
        """Sceptre uploads nothing: its zips are in the bucket, and its templates say so."""
        s3, keys = client(self._place.emulator, "s3"), self._material.uploads()
        there = {row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
        for path, key in keys.items():
            if key not in there:
                s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
        self._material.name_uploads(BUCKET, keys)

    def _run(self, *command: str, **more: str) -> Command:
        program = shutil.which(command[0], path=self._environment["PATH"]) or command[0]
        output = self._material.folder / f"said-{command[0]}.txt"
        return Command([program, *command[1:]], self._material.folder, {**self._environment, **more}, output)

    def _script(self, name: str, *arguments: str) -> Command:
        return self._run("bash", str(SCRIPTS / name), *arguments)
