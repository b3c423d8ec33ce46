"""What is deployed can be read, fits the gateway, and names only what there is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.app import make_app, make_loader
from gateway.settings import Settings, make_settings, read_settings
from tests.app.markets import served, settings
from tests.deploy.templates import render

DEPLOY = Path(__file__).parents[2] / "deploy"
CHART = DEPLOY / "helm" / "tongfen"
ENVIRONMENT = {"DATABASE_URL": "postgresql+asyncpg://a:b@db/tongfen", "REDIS_URL": "redis://redis:6379/0"}
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())


def manifests(**changed: Any) -> dict[str, Any]:
    """The chart's manifests by their kinds."""
    texts = [
        render(path.read_text(), VALUES | changed, "market") for path in sorted((CHART / "templates").glob("*.yaml"))
    ]
    documents = [yaml.safe_load(text) for text in texts]
    return {document["kind"]: document for document in documents if document}


def test_the_chart_makes_all_that_it_needs() -> None:
    """Pods, their settings, their address, and their protection; the monitor where it is asked for."""
    assert sorted(manifests()) == ["ConfigMap", "Deployment", "PodDisruptionBudget", "Service"]
    assert "ServiceMonitor" in manifests(serviceMonitor=True)
    assert yaml.safe_load((CHART / "Chart.yaml").read_text())["apiVersion"] == "v2"


def settings_of(config_map: Any) -> Settings:
    data = yaml.safe_load(config_map["data"]["gateway.yaml"])
    return make_settings(data, folder=Path(), environment=ENVIRONMENT)


def test_the_chart_s_settings_are_good() -> None:
    """The gateway reads them, with the secret's environment: a registry on PostgreSQL, a cache on Redis."""
    made = settings_of(manifests()["ConfigMap"])
    assert made.registry.database == ENVIRONMENT["DATABASE_URL"]
    assert made.cache.redis is not None
    assert made.listen.host == "0.0.0.0"  # noqa: S104  # in a container


def test_pods_and_their_service_belong_together() -> None:
    """The service, the budget and the deployment choose the same pods, and the service's port is one of theirs."""
    found = manifests(serviceMonitor=True)
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    container = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert found["Deployment"]["spec"]["selector"]["matchLabels"] == labels == found["Service"]["spec"]["selector"]
    assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert container["ports"] == [{"name": "http", "containerPort": VALUES["settings"]["listen"]["port"]}]
    assert found["Service"]["spec"]["ports"][0]["targetPort"] == "http"
    assert found["Deployment"]["spec"]["replicas"] > VALUES["minAvailable"] > 1


def test_pods_end_when_their_requests_have() -> None:
    """Kubernetes waits longer than the pause before the end and the workers' drain together."""
    pod = manifests()["Deployment"]["spec"]["template"]["spec"]
    pause = int(pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1])
    drain = settings_of(manifests()["ConfigMap"]).workers.drain
    assert pod["terminationGracePeriodSeconds"] > pause + drain + 2 + 5


def test_pods_may_do_little() -> None:
    """No root, no writing outside /tmp, no token of the cluster."""
    pod = manifests()["Deployment"]["spec"]["template"]["spec"]
    own = pod["containers"][0]["securityContext"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    assert own["readOnlyRootFilesystem"]
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert {"name": "tmp", "mountPath": "/tmp"} in pod["containers"][0]["volumeMounts"]  # noqa: S108  # in a container


async def test_probes_and_monitor_ask_what_is_there(tmp_path: Path) -> None:
    """Every path is answered by a gateway."""
    found = manifests(serviceMonitor=True)
    container = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    paths = {container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness", "liveness")}
    paths.add(found["ServiceMonitor"]["spec"]["endpoints"][0]["path"])
    made = settings(tmp_path)
    async with served(make_app(made, make_loader(made))) as client:
        for path in paths:
            async with client.get(path) as response:
                assert response.status == 200, path


def test_compose_s_settings_are_good() -> None:
    """Its file is read with the environment that compose gives."""
    compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
    gateway = compose["services"]["gateway"]
    made = read_settings(DEPLOY / "compose" / "gateway.yaml", environment=gateway["environment"])
    assert made.supergraph.registry == "production"
    assert gateway["deploy"]["replicas"] > 1
    assert set(gateway["depends_on"]) <= set(compose["services"])
    assert (DEPLOY / "compose" / gateway["build"]["context"] / gateway["build"]["dockerfile"]).is_file()
    for service in gateway["depends_on"]:
        assert "healthcheck" in compose["services"][service]


@pytest.mark.parametrize(
    "line", re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
)
def test_the_image_copies_what_is_there(line: str) -> None:
    """Every source exists, and is not kept out of the build."""
    kept = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    for source in line.split():
        assert (DEPLOY.parent / source).exists()
        assert f"!{source}" in kept


def test_the_image_has_the_locked_libraries_only() -> None:
    """Those of the gateway and its extras, in the versions of the whole lock, and no tools of development."""
    locked = read_lock(DEPLOY.parent / "requirements.lock")
    image = read_lock(DEPLOY / "requirements.lock")
    assert image.items() <= locked.items()
    assert {"redis", "asyncpg", "opentelemetry-sdk"} <= image.keys()
    assert not {"pytest", "ruff", "mypy"} & image.keys()


def read_lock(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text(), re.MULTILINE))


async def test_the_dashboard_shows_figures_that_there_are(tmp_path: Path) -> None:
    """Every name in a query is one that the gateway tells, and so is every label that it is grouped by."""
    dashboard = json.loads((DEPLOY / "grafana" / "tongfen.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    made = settings(tmp_path, cache={"enabled": True})
    async with served(make_app(made, make_loader(made))) as client, client.get("/metrics") as response:
        kinds = dict(re.findall(r"^# TYPE (\S+) (\w+)$", await response.text(), re.MULTILINE))
    suffixes = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
    names = {f"{name}{suffix}" for name, kind in kinds.items() for suffix in suffixes[kind]}
    named = {name for query in queries for name in re.findall(r"tongfen_\w+", query)}
    assert len(queries) > 20
    assert named - names == set()
