"""What may happen to a template between two runs of a linter: seeded changes, good and bad."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

Template = dict[str, Any]
_ODD = ("", "soon", -1, 7, 99_999_999, True, [], {}, ["x"], {"Ref": "Nowhere"}, {"Fn::Sub": "${Nowhere.Arn}"})


def mutated(template: Template, random: Random) -> Template:
    """A copy with one to three changes."""
    fresh = copy.deepcopy(template)
    for _ in range(random.randint(1, 3)):
        random.choice(_CHANGES)(fresh, random)
    return fresh


def _value(template: Template, random: Random) -> None:
    place = random.choice(_places(_some(template, random)))
    key = random.choice(list(place))
    place[key] = random.choice([*_ODD, random.choice(json.dumps(template).split('"'))])


def _property_removed(template: Template, random: Random) -> None:
    place = random.choice(_places(_some(template, random)))
    del place[random.choice(list(place))]


def _property_added(template: Template, random: Random) -> None:
    here, other = (_some(template, random).setdefault("Properties", {}) for _ in range(2))
    if isinstance(here, dict) and isinstance(other, dict):
        key = random.choice([*other, "Bogus"])
        here[key] = copy.deepcopy(other.get(key, 1))


def _removed(template: Template, random: Random) -> None:
    if len(template["Resources"]) > 1:
        del template["Resources"][_name(template, random)]


def _copied(template: Template, random: Random) -> None:
    template["Resources"][f"Copy{random.randint(1, 9)}"] = copy.deepcopy(_some(template, random))


def _renamed(template: Template, random: Random) -> None:
    name = _name(template, random)
    template["Resources"][f"{name}Renamed"] = template["Resources"].pop(name)


def _exchanged(template: Template, random: Random) -> None:
    one, other = _name(template, random), _name(template, random)
    resources = template["Resources"]
    resources[one], resources[other] = resources[other], resources[one]


def _another_type(template: Template, random: Random) -> None:
    _some(template, random)["Type"] = random.choice(
        [_some(template, random).get("Type"), "AWS::No::Such", "Custom::Thing"]
    )


def _another_target(template: Template, random: Random) -> None:
    name = _name(template, random)
    text = json.dumps(template["Resources"])
    start = text.find(f'"{name}"', random.randrange(len(text)))
    if start > 0 and text[start - 2] != "{" and not text[start + len(name) + 2 :].startswith(":"):
        other = _name(template, random)
        template["Resources"] = json.loads(f'{text[:start]}"{other}"{text[start + len(name) + 2 :]}')


def _parameter(template: Template, random: Random) -> None:
    parameters = template.setdefault("Parameters", {})
    name = random.choice([*parameters, "Fresh"])
    if random.random() < 0.3:
        parameters.pop(name, None)
    else:
        kinds = ["String", "Number", "CommaDelimitedList", "Nothing"]
        parameters[name] = {"Type": random.choice(kinds), "Default": random.choice(["", "x", "7", 7])}


def _after(template: Template, random: Random) -> None:
    _some(template, random)["DependsOn"] = random.choice(
        [_name(template, random), [_name(template, random)], "Nowhere"]
    )


def _condition(template: Template, random: Random) -> None:
    region = {"Fn::Equals": [{"Ref": "AWS::Region"}, random.choice(["us-east-1", "eu-west-1"])]}
    template.setdefault("Conditions", {})["Sometimes"] = region
    _some(template, random)["Condition"] = random.choice(["Sometimes", "Sometimes", "Never"])


def _output(template: Template, random: Random) -> None:
    value = {"Fn::GetAtt": [_name(template, random), random.choice(["Arn", "Nothing"])]}
    template.setdefault("Outputs", {})["Fresh"] = {"Value": value}


def _order(template: Template, random: Random) -> None:
    rows = list(template["Resources"].items())
    random.shuffle(rows)
    template["Resources"] = dict(rows)


_CHANGES: list[Callable[[Template, Random], None]] = [
    *(_value, _value, _value, _property_removed, _property_added, _removed, _copied, _renamed, _exchanged),
    *(_another_type, _another_target, _another_target, _parameter, _after, _condition, _output, _order),
]


def _name(template: Template, random: Random) -> str:
    return random.choice(list(template["Resources"]))


def _some(template: Template, random: Random) -> dict[str, Any]:
    resource: dict[str, Any] = template["Resources"][_name(template, random)]
    return resource


def _places(value: Any) -> list[dict[str, Any]]:
    """All objects in a value, itself included, that have a key."""
    if isinstance(value, list):
        return [place for one in value for place in _places(one)]
    if not isinstance(value, dict):
        return []
    return [*([value] if value else []), *(place for one in value.values() for place in _places(one))]
