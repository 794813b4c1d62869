"""The image for provisioners, as far as its Dockerfile can be read; the workflow on GitHub builds and runs it."""

from __future__ import annotations

import re

from tests.package.conftest import PROVISIONER

DOCKERFILE = (PROVISIONER / "Dockerfile").read_text()
INSTRUCTIONS = re.findall(r"^([A-Z]+) +((?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)


def arguments(instruction: str) -> list[str]:
    return [text for name, text in INSTRUCTIONS if name == instruction]


def test_the_image_runs_as_the_user_of_coders_own() -> None:
    assert arguments("USER") == ["0", "1000:1000"]


def test_without_a_target_terraform_is_left_as_it_is() -> None:
    assert INSTRUCTIONS[-1] == ("FROM", "coder")


def test_the_installation_is_the_one_that_is_tested() -> None:
    (install,) = (text for text in arguments("RUN") if "install.sh" in text)
    assert "sh /context/install.sh --find-links /context/wheels" in install
    assert (PROVISIONER / "install.sh").is_file()


def test_terraform_finds_its_configuration_and_the_mirror_where_they_are_copied() -> None:
    assert arguments("COPY") == ["terraform.tfrc /opt/terraform/", "providers/ /opt/terraform/providers/"]
    assert arguments("ENV") == ["TF_CLI_CONFIG_FILE=/opt/terraform/terraform.tfrc"]
    assert 'path = "/opt/terraform/providers"' in (PROVISIONER / "terraform.tfrc").read_text()
