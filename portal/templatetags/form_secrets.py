"""`{% csrf_token %}` for every form, of the admin too: with the key that lets it be sent once."""

from __future__ import annotations

import secrets

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.sent_once import FIELD

register = template.Library()


class FormSecretsNode(CsrfTokenNode):
    """A key for each drawing of a form: two tabs have two, a form shown again with errors a new one."""

    def render(self, context: Context) -> SafeString:
        key = format_html('<input type="hidden" name="{}" value="{}">', FIELD, secrets.token_urlsafe(16))
        return SafeString(super().render(context) + key)


@register.tag
def csrf_token(parser: Parser, token: Token) -> FormSecretsNode:
    return FormSecretsNode()
