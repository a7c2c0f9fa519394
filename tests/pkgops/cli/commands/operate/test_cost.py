"""pkgops cost, and the line below a plan."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import Decimal

import pytest

from pkgops.cli.monthly_cost import monthly_cost
from pkgops.config import load
from pkgops.cost.book import shipped
from pkgops.plan.plan import Plan
from pkgops.plan.step import Action
from pkgops.ports.pricing import Offer
from tests.pkgops.cli.hostile import Failing
from tests.pkgops.cost.test_difference import step
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.pricing import FakePricing
from tests.repository import ROOT

DEV = ("--stage", "dev")


def test_a_table_with_totals_range_traps_and_the_books_date(run):
    done = run("cost", *DEV)
    totals = re.search(
        r"^([\d.]+) USD fixed \+ ([\d.]+) by use \(low\) = ([\d.]+) USD a month$", done.stdout, re.MULTILINE
    )
    assert totals is not None, done.stdout
    assert Decimal(totals[1]) + Decimal(totals[2]) == pytest.approx(Decimal(totals[3]), abs=Decimal("0.011"))
    assert "Documented for low: 25 to 50 USD a month; this is within it." in done.stdout
    assert "Note: An alarm on metric math is paid for each of its metrics (" in done.stdout
    assert f"Prices of us-east-1 as of {shipped().as_of}, not verified." in done.stdout
    assert "0.20 per 1M requests" in done.stdout


def test_a_narrow_terminal_keeps_amounts_beside_each_other(run, monkeypatch):
    monkeypatch.setattr("pkgops.cli.output.console.Console.width", 80)
    shown = run("cost", *DEV).stdout.splitlines()
    assert max(map(len, shown)) <= 80
    assert shown[1].split() == ["Stack", "Item", "Units", "a", "month", "Fixed", "By", "use"]
    assert shown[-1].endswith("--output json")


def test_programs_get_exact_amounts(run):
    data = json.loads(run("cost", "kefir", "--stage", "prod", "-o", "json").stdout)["kefir"]
    assert Decimal(data["fixed"]) > 1
    rows = [row for row in data["rows"] if row["fixed"]]
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(data["fixed"])
    assert data["documented"] is None
    assert data["prices"]["unverified"] is True


def test_assumptions_of_a_file(run, project):
    (project / "my.toml").write_text('"users.active" = 1000\n')
    done = run("cost", "kefir", "--usage", "my.toml", "--free-tier", "--stage", "prod")
    assert "+ 20.00 by use (my.toml) = at least" in done.stdout
    assert "not assumed" in done.stdout
    assert "items not in it" in done.stdout
    assert re.search(r"^Not assumed: api\.requests, .*pkgops cost --usage FILE$", done.stdout, re.MULTILINE)
    free = run("cost", "always_coder", "--usage", "my.toml", "--free-tier", *DEV)
    assert "Free tier: 1,000 active user of Cognito users, ESSENTIALS, 15.00 USD" in free.stdout


def test_an_unknown_profile(run):
    done = run("cost", "stream_sales", "--usage", "ide", *DEV)
    assert done.exit_code == 2
    assert "idle" in done.stderr


def test_the_other_profiles_are_named(run):
    done = run("cost", "stream_sales", *DEV)
    assert "Other profiles (--usage): active (50 to 100), staging (100 to 200), production (300 to 500)" in done.stdout


def test_all_systems(run):
    data = json.loads(run("cost", "--all", *DEV, "-o", "json").stdout)
    assert {"pkgwatch", "kefir", "keyvex", "always_coder", "stream_sales"} <= set(data)


def test_a_difference_from_what_is_deployed(run):
    ports = FakePorts()
    ports.stacks.deployed("kefir-app-dev", "UPDATE_COMPLETE", {"Resources": {"N": {"Type": "AWS::EC2::NatGateway"}}})
    done = run("cost", "kefir", "--diff", *DEV, ports=ports)
    assert "Monthly cost: -32.85 USD fixed" in done.stdout
    assert "removed" in done.stdout
    data = json.loads(run("cost", "kefir", "--diff", *DEV, "-o", "json", ports=ports).stdout)["kefir"]
    assert data["moves"][0] == {
        "stack": "app",
        "resource": "N",
        "item": "nat.hours",
        "fixed": True,
        "before": "32.85",
        "after": None,
        "cause": "removed",
    }


def test_what_cloudwatch_measured(run):
    ports = FakePorts()
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}
    ports.stacks.deployed("kefir-app-dev", "UPDATE_COMPLETE", {"Resources": {"Q": queue}})
    done = run("cost", "kefir", "--from-metrics", *DEV, ports=ports)
    assert "metrics of 30 days" in done.stdout
    fewer = run("cost", "kefir", "--from-metrics", "7", *DEV, ports=ports)
    assert "metrics of 7 days" in fewer.stdout
    absent = run("cost", "kefir", "--from-metrics", *DEV, ports=FakePorts())
    assert absent.exit_code == 2
    assert "not deployed" in absent.stderr
    assert run("cost", "--from-metrics", "7", "--usage", "low", *DEV).exit_code == 2


def test_prices_are_read_from_aws_and_kept(run):
    ports = FakePorts(pricing=FakePricing({"Request": (Offer("x", ((None, Decimal("0.0000004")),)),)}))
    done = run("cost", "kefir", "--refresh", *DEV, ports=ports)
    assert "from AWS's price list" in done.stderr
    assert "0.40 per 1M requests" in done.stdout
    assert "0.40 per 1M requests" in run("cost", "kefir", *DEV).stdout
    local = run("cost", "kefir", "--refresh")
    assert local.exit_code == 2


@pytest.mark.parametrize("arguments", [("deploy", "--dry-run"), ("diff",)])
def test_a_plan_on_aws_says_what_it_costs(run, built, arguments):
    done = run(*arguments, *DEV, ports=FakePorts())
    assert "Monthly cost: +" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("stage", "action", "line"),
    [
        ("dev", Action.CREATE, "Monthly cost: +32.85 USD fixed"),
        ("dev", Action.UNCHANGED, ""),
        ("local", Action.CREATE, ""),
    ],
)
def test_only_changes_on_aws_have_a_line(project, stage, action, line):
    plan = Plan(load(stage, "kefir", project, environ={}), (step(None, action),), (), {})
    assert monthly_cost(plan, FakePorts()).startswith(line)
    assert bool(monthly_cost(plan, FakePorts())) is bool(line)


def test_a_deployment_does_not_depend_on_the_estimate(project):
    plan = Plan(load("dev", "kefir", project, environ={}), (step(None),), (), {})
    assert monthly_cost(plan, Failing()) == ""


def test_commands_of_deployments_import_no_estimate():
    """What changes nothing waits for nothing: only a plan with changes on AWS imports it."""
    script = (
        "import sys, pkgops.cli.commands.deploy.deploy, pkgops.cli.commands.deploy.diff, pkgops.cli.monthly_cost\n"
        "print([name for name in sys.modules if name.startswith(('pkgops.cost', 'pkgops.graph', 'decimal'))])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
