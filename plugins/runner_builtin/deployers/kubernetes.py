"""Manifests that run a model's container in a cluster: a deployment and its service, or one of KServe's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from runner.errors import ConfigError
from runner.options import Count
from runner_builtin.deployers.server_folder import read, write_all

_PORT = 8080
_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/:-]{0,300}(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})")
_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_CPU = re.compile(r"[1-9][0-9]*m|[0-9]+(?:\.[0-9]{1,3})?")
_MEMORY = re.compile(r"[1-9][0-9]*(?:Ki|Mi|Gi|Ti)")
_README = """# How to apply it

    kubectl apply --filename deployment.yaml --filename service.yaml
    kubectl apply --filename inference_service.yaml   # instead of the two, where KServe is installed

The image is built from what the deployer `container` writes. The token that the server asks for comes from the key
`token` of the secret that the manifests name:

    kubectl create secret generic SECRET --from-file=token=FILE
"""


class KubernetesDeployer:
    """Writes `deployment.yaml`, `service.yaml` and `inference_service.yaml` (KServe) for a container of the model.

    image: with its tag or digest. name: of all objects; by default made of the experiment's. replicas: servers. cpu,
    memory: what each may take at most and is given for sure, as Kubernetes writes them: "500m", "512Mi".
    guard: the secret whose key `token` holds what clients must send. Raises ConfigError for values that are no
    such names.
    """

    def __init__(
        self,
        image: str,
        name: str | None = None,
        replicas: Count = 2,
        cpu: str = "1",
        memory: str = "1Gi",
        guard: str = "model-token",
    ) -> None:
        self.image = image
        self.name = name
        self.replicas = replicas
        self.cpu = cpu
        self.memory = memory
        self.guard = guard

    def deploy(self, bundle: Path, folder: Path) -> Sequence[Path]:
        """Write the manifests."""
        info = read(bundle, "run.json")
        name = self.name or label(info["experiment"])
        for option, value, pattern, like in (
            ("image", self.image, _IMAGE, "'registry.example.org/model:1.0'"),
            ("name", name, _LABEL, "'spam-model'"),
            ("cpu", self.cpu, _CPU, "'500m' or '2'"),
            ("memory", self.memory, _MEMORY, "'512Mi'"),
            ("guard", self.guard, _LABEL, "'model-token'"),
        ):
            if not pattern.fullmatch(value):
                raise ConfigError(f"deployers.kubernetes.{option}: {value!r} is none; write something like {like}.")
        labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/version": info["id"].lower()}
        pod = self._pod(name)
        manifests = {
            "deployment.yaml": self._deployment(name, labels, pod),
            "service.yaml": _service(name, labels),
            "inference_service.yaml": _inference_service(name, labels, pod, self.replicas),
        }
        texts = {file: yaml.safe_dump(made, sort_keys=False) for file, made in manifests.items()}
        return write_all(folder, {**texts, "README.md": _README})

    def _pod(self, name: str) -> dict[str, Any]:
        limits = {"cpu": self.cpu, "memory": self.memory}
        secret = {"secretKeyRef": {"name": self.guard, "key": "token"}}
        container = {
            "name": name,
            "image": self.image,
            "ports": [{"containerPort": _PORT, "protocol": "TCP"}],
            "env": [{"name": "RUNNER_SERVE_TOKEN", "valueFrom": secret}],
            "resources": {"requests": limits, "limits": dict(limits)},
            "startupProbe": {**_probe("ready"), "periodSeconds": 2, "failureThreshold": 60},
            "readinessProbe": {**_probe("ready"), "periodSeconds": 5},
            "livenessProbe": {**_probe("live"), "periodSeconds": 10, "failureThreshold": 3},
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
        }
        return {
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "runAsGroup": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}],
        }

    def _deployment(self, name: str, labels: Mapping[str, str], pod: Mapping[str, Any]) -> dict[str, Any]:
        chosen = {"app.kubernetes.io/name": name}
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "labels": dict(labels)},
            "spec": {
                "replicas": self.replicas,
                "selector": {"matchLabels": chosen},
                "template": {"metadata": {"labels": dict(labels)}, "spec": dict(pod)},
            },
        }


def label(name: str) -> str:
    """Turn an experiment's name into one that Kubernetes takes: `[a-z0-9-]`, at most 63 characters.

    >>> label("sms_spam"), label("2 Größen!")
    ('sms-spam', 'model-2-gr-en')
    """
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:56].rstrip("-")
    return words if words and words[0].isalpha() else f"model-{words}".rstrip("-")


def _probe(state: str) -> dict[str, Any]:
    return {"httpGet": {"path": f"/v2/health/{state}", "port": _PORT}, "timeoutSeconds": 4}


def _service(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "selector": {"app.kubernetes.io/name": name},
            "ports": [{"name": "http", "port": 80, "targetPort": _PORT, "protocol": "TCP"}],
        },
    }


def _inference_service(name: str, labels: Mapping[str, str], pod: Mapping[str, Any], replicas: int) -> dict[str, Any]:
    (container,) = pod["containers"]
    # KServe finds the container by this name and tells by the port's how it is spoken to.
    served = {**container, "name": "kserve-container", "ports": [{"name": "http1", **container["ports"][0]}]}
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {"predictor": {**pod, "minReplicas": replicas, "containers": [served]}},
    }
