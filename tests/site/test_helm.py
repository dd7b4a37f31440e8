"""The chart for Kubernetes, rendered and linted by Helm itself, keeps to what the guide says."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import aboveboard
from aboveboard.basics import settings
from scripts import programs
from tests.site.test_deploy import understood

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "aboveboard"
HELM = programs.find("helm")
NEEDED = (
    "--set=image.repository=registry.example.org/aboveboard",
    "--set=origin=https://data.example.org",
    "--set=instance.contact=privacy@example.org",
)
ALL = (
    *NEEDED,
    "--set=instance.promise=our-promise",
    "--set=secret=our-passwords",
    "--set=ingress.enabled=true",
    "--set=ingress.tls=our-certificate",
    "--set=storage.existingClaim=our-claim",
)
with_helm = pytest.mark.skipif(
    HELM is None, reason="Helm is not here; name one: TEST_HELM=/path/to/helm"
)


def helm(*words: str) -> subprocess.CompletedProcess[str]:
    assert HELM is not None
    return subprocess.run([HELM, *words], capture_output=True, text=True, check=False, timeout=60)


def rendered(*values: str) -> dict[str, Any]:
    """Return what the chart makes with these values, by kind."""
    done = helm("template", "ours", str(CHART), *values)
    assert done.returncode == 0, done.stderr
    return {each["kind"]: each for each in yaml.safe_load_all(done.stdout) if each}


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod["initContainers"], *pod["containers"]]


def test_the_chart_is_for_this_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    assert chart["appVersion"] == aboveboard.__version__


@with_helm
@pytest.mark.parametrize("values", [NEEDED, ALL], ids=["needed", "all"])
def test_helm_finds_nothing_wrong(values: tuple[str, ...]) -> None:
    done = helm("lint", "--strict", str(CHART), *values)
    assert done.returncode == 0, done.stdout + done.stderr


@with_helm
@pytest.mark.parametrize("left_out", NEEDED, ids=["image", "origin", "contact"])
def test_what_has_no_default_is_asked_for(left_out: str) -> None:
    done = helm("template", "ours", str(CHART), *(each for each in NEEDED if each != left_out))
    assert done.returncode != 0
    assert f"Set {left_out.removeprefix('--set=').partition('=')[0]}: " in done.stderr


@with_helm
@pytest.mark.parametrize("values", [NEEDED, ALL], ids=["needed", "all"])
def test_a_pod_has_no_rights_and_writes_to_its_volume_alone(values: tuple[str, ...]) -> None:
    made = rendered(*values)["Deployment"]["spec"]
    assert made["strategy"] == {"type": "Recreate"}, "never two versions at a time"
    pod = made["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in containers(pod):
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["readOnlyRootFilesystem"] is True
        assert rights["capabilities"] == {"drop": ["ALL"]}
        writable = {
            each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")
        }
        assert writable == {"/data", "/tmp"}  # noqa: S108 - a volume of the pod's own


@with_helm
def test_it_sets_what_there_is_to_set_and_starts_what_there_is() -> None:
    made = rendered(*ALL)
    pod = made["Deployment"]["spec"]["template"]["spec"]
    variables = {
        f"ABOVEBOARD_{section}_{name}".upper()
        for section, kind in settings.SECTIONS.items()
        for name in kind.__dataclass_fields__
    }
    for container in containers(pod):
        named = {each["name"] for each in container["env"]}
        assert named - {"ORGANISATION", "CONTACT"} <= variables
        passwords = {each["name"] for each in container["env"] if "valueFrom" in each}
        assert passwords == {"ABOVEBOARD_DATABASE_URL", "ABOVEBOARD_MAIL_URL"}
    for container in pod["containers"]:
        understood(shlex.join(container["args"]))
    (init,) = pod["initContainers"]
    first, _, words = init["args"][0].partition(" || aboveboard ")
    assert first == "test -f /data/aboveboard.toml"
    understood(words)
    assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == "our-claim"
    assert "PersistentVolumeClaim" not in made
    (rule,) = made["Ingress"]["spec"]["rules"]
    assert rule["host"] == "data.example.org"


@with_helm
def test_the_volume_with_the_keys_outlives_the_release() -> None:
    claim = rendered(*NEEDED)["PersistentVolumeClaim"]
    assert claim["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
