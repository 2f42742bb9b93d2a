"""Names of the Kubernetes API that more than one program uses."""

GROUP = "backpack.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "Backpack"
PLURAL = "backpacks"

UID_ANNOTATION = f"{GROUP}/uid"
"""On every object made for a Backpack: the UID of the Backpack it belongs to."""

RESTARTED_ANNOTATION = f"{GROUP}/restartedAt"
"""On a Backpack: a moment (RFC 3339). Setting another one restarts all its pods."""

ROTATE_CREDENTIALS_ANNOTATION = f"{GROUP}/rotate-credentials"
"""On a Backpack: another value than before replaces the passwords of its database and cache."""

ROTATE_PUBLISHABLE_KEY_ANNOTATION = f"{GROUP}/rotate-publishable-key"
"""On a Backpack: another value than before replaces its publishable key."""

UPGRADE_FIRST_LABEL = f"{GROUP}/upgrade-first"
"""On a Backpack, with the value `true`: it is upgraded before those that don't have it."""

FIELD_MANAGER = "backpack-operator"
"""The one field manager of the operator's server-side apply."""

LABEL_NAME = "app.kubernetes.io/name"
LABEL_INSTANCE = "app.kubernetes.io/instance"
"""The Backpack's name."""
LABEL_COMPONENT = "app.kubernetes.io/component"
LABEL_MANAGED_BY = "app.kubernetes.io/managed-by"
LABEL_PART_OF = "app.kubernetes.io/part-of"

MANAGED_BY = "backpack-operator"
PART_OF = "backpack"

RUN_AS = 10001
"""The user and group that every image of this project runs as."""
