"""Manifests for a cluster: read back as YAML, with probes, limits and no rights."""

import pytest
import yaml

from runner.errors import ConfigError
from runner_builtin.deployers.kubernetes import KubernetesDeployer, label

IMAGE = "registry.example.org/wine:1.0"


@pytest.fixture(scope="module")
def manifests(bundle, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    KubernetesDeployer(image=IMAGE, replicas=3, cpu="500m", memory="512Mi").deploy(bundle, folder)
    return {path.stem: yaml.safe_load(path.read_text()) for path in folder.glob("*.yaml")}


def pod_of(manifest):
    spec = manifest["spec"]
    return spec["predictor"] if "predictor" in spec else spec["template"]["spec"]


@pytest.mark.parametrize("name", ["deployment", "inference_service"])
def test_a_pod_has_probes_limits_and_no_rights(manifests, name):
    pod = pod_of(manifests[name])
    (container,) = pod["containers"]
    assert container["image"] == IMAGE
    assert container["readinessProbe"]["httpGet"] == {"path": "/v2/health/ready", "port": 8080}
    assert container["livenessProbe"]["httpGet"] == {"path": "/v2/health/live", "port": 8080}
    assert (
        container["resources"]["limits"] == container["resources"]["requests"] == {"cpu": "500m", "memory": "512Mi"}
    )
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    (variable,) = container["env"]
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "model-token", "key": "token"}


def test_the_service_finds_the_pods_of_the_deployment(manifests):
    labels = manifests["deployment"]["spec"]["template"]["metadata"]["labels"]
    selector = manifests["service"]["spec"]["selector"]
    assert selector.items() <= labels.items()
    assert selector == manifests["deployment"]["spec"]["selector"]["matchLabels"]
    assert manifests["service"]["spec"]["ports"][0]["targetPort"] == 8080
    assert manifests["deployment"]["spec"]["replicas"] == 3


def test_kserve_finds_its_container_by_name(manifests):
    service = manifests["inference_service"]
    assert (service["apiVersion"], service["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
    assert service["metadata"]["name"] == "wine-sorts"
    assert service["spec"]["predictor"]["containers"][0]["name"] == "kserve-container"
    assert service["spec"]["predictor"]["minReplicas"] == 3


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("image", "no tag"),
        ("image", "registry.example.org/wine"),
        ("image", "a:1\nkind: Pod"),
        ("name", "Wine_Sorts"),
        ("name", "x" * 64),
        ("cpu", "many"),
        ("memory", "1 GB"),
        ("guard", "../x"),
    ],
)
def test_what_is_no_such_name_is_refused_by_its_option(bundle, tmp_path, option, value):
    with pytest.raises(ConfigError, match=rf"deployers\.kubernetes\.{option}: .* is none; write something like"):
        KubernetesDeployer(**{"image": IMAGE, option: value}).deploy(bundle, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["sms_spam", "9 lives", "Größe!", "x" * 300, "---", "日本"])
def test_any_experiment_has_a_name_that_kubernetes_takes(name):
    made = label(name)
    assert made == made.lower()
    assert made.replace("-", "").isalnum()
    assert made.isascii()
    assert made[0].isalpha()
    assert made[-1] != "-"
    assert len(made) <= 63
