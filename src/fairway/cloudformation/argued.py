"""Exceptions from checkov's and cfn-lint's rules, written where they hold: into the resource's metadata, with why.

A template that is exported says by itself why it is as it is. Nothing is switched off for a whole template.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

LOGS_KEY = {
    "CKV_AWS_158": "Logs are encrypted with CloudWatch's own key; one of the account's own costs a dollar a month for "
    "each group and would have to be opened to the service again."
}
SECRET_KEY = {
    "CKV_AWS_149": "Encrypted with the account's aws/secretsmanager key, which nobody outside of the account can use; "
    "a key of its own is needed for sharing between accounts alone."
}


def exceptions(*reasons: Mapping[str, str], lint: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """A resource's `Metadata`: the ids of checkov's rules ("CKV_AWS_158"), and of cfn-lint's ("W3691"), that do not
    hold for it, each with why."""
    every = {rule: why for each in reasons for rule, why in each.items()}
    found: dict[str, Any] = {}
    if every:
        found["checkov"] = {"skip": [{"id": rule, "comment": why} for rule, why in every.items()]}
    if lint:
        found["cfn-lint"] = {"config": {"ignore_checks": list(lint)}, "comments": dict(lint)}
    return found
