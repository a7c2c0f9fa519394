"""Generated secrets of templates keep to every property of ``GenerateSecretString``.

The emulator's own handler knows the characters to leave out and the length; with an empty ``GenerateSecretString`` the
secret stays empty.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from secrets import SystemRandom
from typing import Any

from pkgops.local.hooks.patch import switched_on, wrap
from pkgops.local.hooks.types import Types

_LENGTH = 32
# Property that leaves a kind of characters out -> the characters.
_KINDS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def install(_: Types) -> None:
    """Replaces what gives a secret of a template its value."""
    from ministack.services.cloudformation import provisioners

    wrap(provisioners, "_sm_secret_string", _value)


def _value(original: Any) -> Any:
    def value(properties: Mapping[str, Any]) -> str:
        rules = properties.get("GenerateSecretString")
        if rules is None or properties.get("SecretString"):
            return str(original(properties))
        generated = _generated(rules)
        if template := rules.get("SecretStringTemplate"):
            return json.dumps(json.loads(template) | {rules["GenerateStringKey"]: generated})
        return generated

    return value


def _generated(rules: Mapping[str, Any]) -> str:
    """A random text with a character of every kind that is allowed, unless the rules do not ask for that."""
    unwanted, random = set(rules.get("ExcludeCharacters") or ""), SystemRandom()
    kinds = [chars for name, chars in _KINDS.items() if not switched_on(rules.get(name))]
    kinds += [" "] if switched_on(rules.get("IncludeSpace")) else []
    kinds = [kept for chars in kinds if (kept := "".join(one for one in chars if one not in unwanted))]
    length = int(rules.get("PasswordLength") or _LENGTH)
    every = switched_on(rules.get("RequireEachIncludedType", True))
    if not kinds or (every and length < len(kinds)):
        raise ValueError("GenerateSecretString leaves no characters, or is too short for one of each kind.")
    chosen = [random.choice(chars) for chars in kinds] if every else []
    chosen += random.choices("".join(kinds), k=length - len(chosen))
    random.shuffle(chosen)
    return "".join(chosen)
