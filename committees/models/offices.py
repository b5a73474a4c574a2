"""Offices, and what each may do on its body."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase

from committees.models.bodies import Body
from committees.roles import Role, role_label


class Office(models.Model):
    """One role in one body: the thing that holds permissions. Its key is its guardian group's key."""

    group = models.OneToOneField(Group, on_delete=models.PROTECT, primary_key=True, editable=False)
    body = models.ForeignKey(Body, verbose_name=_("body"), on_delete=models.PROTECT, related_name="offices")
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ("body__path", "role")
        constraints = (
            models.UniqueConstraint(fields=("body", "role"), name="one_office_for_a_role_in_a_body"),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.body}"

    def get_role_display(self) -> str:  # type: ignore[no-redef]
        return role_label(Role(self.role), self.body.kind)


class BodyGroupObjectPermission(GroupObjectPermissionBase):
    """guardian's row: this office's group holds this permission on this body."""

    content_object = models.ForeignKey(Body, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = False
        indexes = (models.Index(fields=("permission", "content_object", "group"), name="body_grant"),)
