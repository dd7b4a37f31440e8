"""What is kept about those who sign in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from aboveboard.basics.actor import Role


class Account(AbstractBaseUser):
    """Someone who signs in: a customer (``person_id``) or a member of staff (``email``, ``name``, ``team``)."""

    email = models.EmailField(unique=True, help_text="staff: their address; a customer: a stand-in, never their own")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    name = models.CharField(max_length=120, blank=True)
    team = models.CharField(max_length=80, blank=True)
    person_id = models.BigIntegerField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[BaseUserManager[Account]] = BaseUserManager()

    USERNAME_FIELD = "email"
