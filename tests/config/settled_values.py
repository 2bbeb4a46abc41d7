"""What settings come to, or the one error that they are."""

from typing import Any

import pytest

from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import UsageError
from pysentry_hook.policy.gates import DEFAULT, Gate, settle_gate
from tests.config.settling import settled


def the_gate(settings: Settings, name: str = DEFAULT) -> Gate:
    return settle_gate(settings.policy, name)


def the_error(environment: dict[str, str] | None = None, /, **flags: Any) -> str:
    with pytest.raises(UsageError) as caught:
        settled(environment, **flags)
    return str(caught.value)
