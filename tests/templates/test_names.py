"""What is something called on a stage?"""

from __future__ import annotations

import pytest

from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.names import physical_names
from pkgops.checks.kit.subject import Subject
from pkgops.model import NAMED_ENVIRONMENT, NAMED_STAGE, PRODUCTION, Stage, System
from tests.repository import ROOT
from tests.templates.conftest import Case

# Types that name what they belong to, and properties that name something else.
LINKS = ("Permission", "Mapping", "Stage", "Version")
FOREIGN = {
    "AWS::CodeDeploy::DeploymentGroup": {"ApplicationName", "DeploymentConfigName"},
    "AWS::EC2::VPCEndpoint": {"ServiceName"},
    "AWS::EC2::FlowLog": {"LogGroupName"},
    "AWS::ElastiCache::ReplicationGroup": {"CacheSubnetGroupName"},
}
# Named inside an API or a function.
INNER = {
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::Lambda::Alias",
}
# Named by the operator, in the DNS.
CHOSEN = {"AWS::ApiGateway::DomainName", "AWS::CertificateManager::Certificate"}


@pytest.mark.parametrize(
    ("documented", "stage", "name"),
    [
        ("PkgWatchApi", "dev", "PkgWatchApi-dev"),
        ("PkgWatchApi", PRODUCTION, "PkgWatchApi"),
        ("kefir-app-{stage}", "dev", "kefir-app-dev"),
        ("kefir-app-{stage}", PRODUCTION, "kefir-app-prod"),
        ("kefir-app-{stage}-table", "mine", "kefir-app-mine-table"),
        ("kefir-app-{stage}-photos-${AWS::AccountId}", "dev", "kefir-app-dev-photos-${AWS::AccountId}"),
    ],
)
def test_the_stage_is_in_a_name_once(documented: str, stage: str, name: str) -> None:
    assert Stage(stage).named(documented) == name


def subject(cases: tuple[Case, ...]) -> Subject:
    stacks = [case.stack for case in cases]
    return Subject(ROOT, cases[0].stage, cases[0].system, stacks, lambda handler: Usage())


def placeholders(system: System) -> bool:
    """Whether the documents have the stage, or the system's word for it, in their names."""
    return all(NAMED_STAGE in stack.name or NAMED_ENVIRONMENT in stack.name for stack in system.stacks)


def test_production_has_the_documented_names(system_cases: tuple[Case, ...]) -> None:
    """Where the documents have no stage in a name, production has none either."""
    system, stage = system_cases[0].system, system_cases[0].stage
    documented = placeholders(system)
    if stage.production and not documented and system.key != "bootstrap":
        assert [name for name in physical_names(subject(system_cases)) if "prod" in name.text] == []


def test_a_staged_name_has_the_stage_behind_it(system_cases: tuple[Case, ...]) -> None:
    system, stage = system_cases[0].system, system_cases[0].stage
    documented = placeholders(system)
    words = {stage.name, system.environment(stage)} if system.closed else {stage.name}
    for name in physical_names(subject(system_cases)):
        if name.derived:
            continue
        if documented or system.key == "bootstrap":
            assert any(f"-{word}-" in f"{name.text.replace('/', '-')}-" for word in words), name
        elif not stage.production:
            assert name.text.endswith(f"-{stage.name}"), name


def test_every_kind_of_named_resource_is_known(system_cases: tuple[Case, ...]) -> None:
    """A type whose name is called otherwise must be added to `pkgops.checks.kit.names`, or P004 and P006 are blind."""
    checked = subject(system_cases)
    named = {(name.resource.stack.key, name.resource.id) for name in physical_names(checked) if name.resource}
    for one in checked.resources():
        keys = {key for key in one.properties if key == "Name" or key.endswith("Name")}
        own = keys - {"FunctionName", "StageName", "DomainName"} if one.type.endswith(LINKS) else keys
        if own - FOREIGN.get(one.type, set()):
            assert (one.stack.key, one.id) in named or one.type in INNER | CHOSEN, f"{one.id}: {sorted(own)}"
