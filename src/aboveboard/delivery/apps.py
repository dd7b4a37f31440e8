"""What ``delivery`` declares."""

from django.apps import AppConfig

from aboveboard.basics.package import Job, Package


class DeliveryConfig(AppConfig):
    """App config of ``delivery``."""

    name = "aboveboard.delivery"
    label = "delivery"

    def package(self) -> Package:
        """Return what this package declares."""
        from aboveboard.delivery import actions, entries
        from aboveboard.delivery.deciding import DECIDING
        from aboveboard.delivery.personal_data import (
            CONTACT_LIMITS,
            CORRESPONDENCE,
            NOTICES,
            WEBHOOKS,
        )
        from aboveboard.delivery.webhooks import taking
        from aboveboard.outbox.events import EVENT

        return Package(
            name="delivery",
            public=(
                "actions",
                "catcher",
                "channel_states",
                "channels",
                "contact_limits",
                "correspondence",
                "entries",
                "fallback",
                "letters",
                "limits",
                "queries",
                "providers.carrier",
                "providers.services",
                "receipts",
                "rendering",
                "sms.accounts",
                "sms.provider",
                "sms.segments",
                "sms.trial",
                "sms.twilio",
                "templates",
                "terms",
                "trial",
                "webhooks.actions",
                "webhooks.payload",
                "webhooks.queries",
                "webhooks.sending",
            ),
            entries=(
                entries.NoticeSent,
                entries.NoticeFailed,
                entries.CorrespondenceSet,
                entries.CorrespondenceEnded,
                entries.ContactLimited,
                entries.ContactLimitEnded,
                entries.ChannelSet,
                entries.WebhookSet,
            ),
            jobs=(Job(EVENT, taking.take_event),),
            events=(entries.TESTED,),
            repeats={entries.NoticeSent: actions.repeat_sent},
            personal_data=(NOTICES, CORRESPONDENCE, CONTACT_LIMITS, WEBHOOKS),
            deciding=DECIDING,
        )
