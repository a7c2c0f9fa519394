"""What do the floors need to know of the project?

Run by path inside the copy that is measured, with the project's modules from there: ``inputs.py FOLDER`` writes
``plain_troposphere.py`` (see `tests.bench.plain`), ``first.json`` (a job of floors/deploy.py) and ``functions.json``
(of each function its handler's path, its stack's name, its log group, and the keys of its zip, "" if its code is in the
template, and its layers). With names of systems behind it, it writes the last for each: ``functions-kefir.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import plain

from pkgops import bootstrap, config
from pkgops.aws.connection.client import LOCAL_ACCOUNT
from pkgops.aws.ports import artifact_bucket
from pkgops.build.artifacts import PackagedSystem
from pkgops.build.build import build, synthesized
from pkgops.build.functions import functions
from pkgops.build.synth import SynthesizedStack, template_text
from pkgops.scope import Scope


def scopes(project: config.Project) -> dict[str, Scope]:
    """The objects behind the templates, by stack name in the order of deployment."""
    found = {}
    for stack in synthesized(project):
        found[stack.name] = Scope(project.system, project.stage, project.settings)
        import_module(f"templates.{project.system.key}.{stack.key}").build(found[stack.name])
    return found


def deployed(stack: SynthesizedStack) -> Iterator[dict[str, Any]]:
    """The functions of a packaged stack that have a handler."""
    resources = stack.template["Resources"]
    for one in filter(lambda one: one.handler, functions([stack])):
        properties = resources[one.logical_id]["Properties"]
        layers = [resources[layer["Ref"]]["Properties"]["Content"]["S3Key"] for layer in properties.get("Layers", [])]
        yield {
            "handler": one.handler,
            "stack": stack.name,
            "group": one.log_group,
            "code": properties["Code"].get("S3Key", ""),
            "layers": layers,
        }


def job(project: config.Project, packaged: PackagedSystem) -> dict[str, Any]:
    """A first deployment."""
    names = {stack.key: stack.name for stack in packaged.stacks}
    early = synthesized(replace(project, system=bootstrap.SYSTEM, settings=bootstrap.SYSTEM.settings()))
    return {
        "bucket": artifact_bucket(project.stage, LOCAL_ACCOUNT),
        "artifacts": [[asset.key, str(asset.path)] for asset in packaged.assets],
        "stacks": [_stack(one, {}, True) for one in early] + [_stack(one, names, False) for one in packaged.stacks],
    }


def _stack(stack: SynthesizedStack, names: dict[str, str], early: bool) -> dict[str, Any]:
    inputs = {}
    for parameter, reference in stack.inputs.items():
        upstream, output = reference.split(".")
        inputs[parameter] = [names[upstream], output]
    return {
        "name": stack.name,
        "type": "CREATE",
        "template": template_text(stack.template),
        "inputs": inputs,
        "early": early,
    }


def main(folder: Path, systems: Sequence[str]) -> None:
    for key in systems:
        packaged = build(config.load(system=key, environ={}), checked=False)
        _write_functions(folder / f"functions-{key}.json", packaged)
    if systems:
        return
    project = config.load(environ={})
    packaged = build(project)
    built = {name: scope.template for name, scope in scopes(project).items()}
    (folder / "plain_troposphere.py").write_text(plain.script(built), encoding="utf-8")
    (folder / "first.json").write_text(json.dumps(job(project, packaged)), encoding="utf-8")
    _write_functions(folder / "functions.json", packaged)


def _write_functions(path: Path, packaged: PackagedSystem) -> None:
    rows = [row for stack in packaged.stacks for row in deployed(stack)]
    path.write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
