"""What the reader of each guide has ready, and what they type in place of its examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.documents import guides_of_clients as clients
from tests.documents import guides_of_imports as imports
from tests.documents import guides_of_losses as losses
from tests.documents import guides_of_operating as operating
from tests.documents import guides_of_others as others
from tests.documents import guides_of_passwords as passwords
from tests.documents import guides_of_people as people
from tests.documents import guides_of_promises as promises
from tests.documents import guides_of_trouble as trouble
from tests.documents.instance import Instance
from tests.documents.reader import Reader

GUIDES: Final[dict[str, Callable[[Reader, Instance], None]]] = {
    # Before the others: some of them leave people who wait for something, whom a sweep spares.
    "keep-only-what-you-need.md": people.keep_only_what_you_need,
    "answer-a-concern.md": people.answer_a_concern,
    "ask-from-your-shop-system.md": clients.ask_from_your_shop_system,
    "break-the-glass.md": people.break_the_glass,
    "connect-a-system.md": operating.connect_a_system,
    "correct-or-erase-one-person.md": people.correct_or_erase_one_person,
    "find-personal-data.md": promises.find_personal_data,
    "hand-over-a-parcel.md": losses.hand_over_a_parcel,
    "have-addresses-confirmed.md": promises.have_addresses_confirmed,
    "install-on-a-server.md": trouble.install_on_a_server,
    "invite-and-help-staff.md": operating.invite_and_help_staff,
    "keep-passwords-strong.md": passwords.keep_passwords_strong,
    "let-a-third-party-in.md": clients.let_a_third_party_in,
    "merge-two-records.md": people.merge_two_records,
    "one-portal-over-several-organisations.md": others.one_portal_over_several_organisations,
    "operate.md": operating.operate,
    "back-up-and-restore.md": operating.back_up_and_restore,
    "put-the-consent-panel-on-your-site.md": promises.put_the_consent_panel_on_your_site,
    "report-and-lead-an-incident.md": losses.report_and_lead_an_incident,
    "write-by-post.md": losses.write_by_post,
    "run-a-campaign.md": losses.run_a_campaign,
    # After the campaign: it leaves a customer who said no.
    "notify-your-other-systems.md": others.notify_your_other_systems,
    "run-a-witness.md": operating.run_a_witness,
    "take-requests-from-authorised-agents.md": others.take_requests_from_authorised_agents,
    "tell-people-by-text-message.md": others.tell_people_by_text_message,
    "verify-the-ledger.md": operating.verify_the_ledger,
    "when-something-is-wrong.md": trouble.when_something_is_wrong,
    "keep-the-keys.md": trouble.keep_the_keys,
    "keep-the-register-of-devices.md": losses.keep_the_register_of_devices,
    "weigh-a-changed-promise.md": promises.weigh_a_changed_promise,
    "publish-what-public-bodies-owe.md": promises.publish_what_public_bodies_owe,
    "write-a-promise.md": promises.write_a_promise,
    # After the others: it brings thousands in, of whom each later sweep would ask.
    "import-your-customers.md": imports.import_your_customers,
}
