"""Each table either decides who may do what, and has a MAC, or it is said here why it does not."""

from __future__ import annotations

from django.apps import apps

from aboveboard.keys.rows import DecidingRow
from aboveboard.recovery.comparing import deciding_tables, model_of

DECIDES_NOTHING = {
    "access.EmergencyAsked": "counts what was asked; its rows go after a day",
    "access.QuietRefusal": "shows a person what was asked about them; refuses and allows nothing",
    "access.UseIndex": "shows a person what the log says of them; sealed under their key",
    "account.EmailAddress": "allauth's, and empty: a sign-in leaves none behind",
    "account.EmailConfirmation": "allauth's, and empty: addresses are proved by codes of ours",
    "accounts.IdempotencyKey": "says that a request was answered; each is decided when it is made",
    "accounts.OpenSession": "what its owner is shown of a session; it opens and ends nothing",
    "accounts.SignInCode": "limits tries; the code itself is in the session, under its own key",
    "adoption.Announcement": "how far an announcement is; that it was begun has its entry",
    "adoption.Draft": "who proposed which text, the log says",
    "adoption.DraftRevision": "a text; what is adopted has its digest in the log",
    "adoption.Weighing": "counts, for what people are shown",
    "auth.Group": "Django's; roles stand on accounts, which have theirs",
    "auth.Group_permissions": "Django's; roles stand on accounts, which have theirs",
    "auth.Permission": "Django's; roles stand on accounts, which have theirs",
    "contenttypes.ContentType": "Django's names of tables",
    "custody.Device": "says where a thing is; opens nothing",
    "custody.DeviceRecord": "says where a thing is; opens nothing",
    "custody.EncryptionRecord": "says what is known of a thing; a count takes what left on it",
    "custody.Export": "a manifest: who is exposed is counted from it and compared with its entry",
    "custody.ExportPerson": "a manifest: who is exposed is counted from it and compared with its "
    "entry",
    "custody.SharedUnder": "what the public register says; its digest has its entry",
    "custody.Handover": "says where a thing is; opens nothing",
    "delivery.Batch": "a queue: whom a notice is for the incident decides at each sending",
    "delivery.BatchTally": "counts of a queue, for what people are shown; nobody is chosen by them",
    "delivery.ChannelWait": "how a channel fares: it is asked a little later",
    "delivery.PrintLetter": "a queue: that a letter was sealed has its entry, with its notice",
    "delivery.PrintParcel": "a list of files that were made; each has its entry, as an export",
    "delivery.WebhookAttempt": "what was answered, for what people are shown",
    "delivery.Dispatch": "a queue: that a notice was sent has its entry",
    "group.OwnLink": "sealed under the person's key, and bound to the organisation",
    "identity.CandidatePair": "a list to work through; a merge is decided by who compares the two",
    "identity.DuplicateScan": "when records were compared; shown",
    "identity.SharedValue": "a list to look at; nothing is decided by it",
    "incidents.AffectedEstimate": "what somebody said, with its entry in the log",
    "incidents.AffectedList": "what somebody said, with its entry in the log",
    "incidents.AffectedPerson": "a manifest: who is exposed is counted from it, with its entry",
    "incidents.Assessment": "what was worked out; worked out again from the count",
    "incidents.CaseDecision": "what somebody says was decided, with its entries in the log",
    "incidents.CaseTask": "what there is to do, with its entries in the log; opens nothing",
    "incidents.ClosingReview": "what people wrote, sealed, with its entry in the log",
    "incidents.CustodyStep": "who had a file, with its entry in the log",
    "incidents.EvidenceFile": "what a file was, with its digest sealed in the log",
    "incidents.DutyDone": "what somebody says was done, with its entry in the log",
    "incidents.DutyRecord": "what was worked out; worked out again from the count",
    "incidents.Evidence": "what a file was; its digests lie sealed beside it",
    "incidents.Exposure": "a count; the file of it has its digest in the log",
    "incidents.Incident": "what people wrote; opens nothing",
    "incidents.NotNotified": "what somebody says was decided, with its entry in the log",
    "incidents.OutsideReport": "what a stranger wrote, sealed, with its entries in the log",
    "incidents.RoleHolder": "who does what, with its entry in the log; allows nothing",
    "incidents.SettledLine": "who was taken out of a count, with its entry in the log",
    "incidents.StateRecord": "a state, with its entry in the log",
    "incidents.TimelineEvent": "what people wrote; opens nothing",
    "incidents.UnreadRow": "a line that nobody could read",
    "intake.ErasedIdentifier": "a digest under a key of the instance: nobody without it makes one",
    "intake.FormerAddress": "sealed under the person's key, and bound to their number",
    "intake.ImportProblem": "a list of what was wrong in a file",
    "intake.ImportRun": "how far an import has come; what it does is decided for each row",
    "keys.InstanceSecret": "sealed under the root key, and bound to its name",
    "keys.PersonKey": "sealed under a wrapping key, and bound to its number",
    "keys.Rotation": "how far a rotation has come; each step looks again",
    "keys.WrappingKey": "sealed under the root key, and bound to its number",
    "ledger.CheckpointRow": "signed",
    "ledger.Entry": "in the tree, which is signed",
    "ledger.KeyChange": "compared with the entry that says so, which the old key signed",
    "ledger.WitnessRow": "cosignatures, checked by the witness's key",
    "mfa.Authenticator": "allauth's: beside each row stands one of accounts.SecondFactor, with its "
    "digest",
    "outbox.EventListener": "which events are worth a row; what is sent is decided by endpoints",
    "outbox.Message": "a job: what it does is decided when it is done",
    "recovery.Backup": "a list of what was made",
    "recovery.InstalledVersion": "says which program made the tables; which changes were made "
    "stands beside it",
    "recovery.RowComparison": "says what was found; whoever runs doctor compares anew",
    "recovery.Restoration": "stops everything until a restoration is finished; a row more stops, "
    "and the log has what is repeated",
    "retention.Sweep": "what was reviewed: an erasure is given the digest of what was shown",
    "retention.SweepRow": "what was reviewed: an erasure is given the digest of what was shown",
    "rights.RequestCode": "a digest under a key of the instance, bound to its request",
    "rights.RequestStep": "how often a system was tried; what became of it is an event",
    "sessions.Session": "signed with signing.key, and bound to the account's own salt",
    "vault.AttachmentChunk": "sealed under the person's key, and bound to number and place",
    "vault.BlindIndex": "a digest under a key of the instance; what it leads to is opened "
    "by its number and judged",
    "vault.IndexGenerations": "which index key finds; a wrong one finds nobody",
    "vault.Person": "its dates that decide have a MAC of their own (open_mac)",
    "vault.SealedRecord": "sealed under the person's key, and bound to their number",
    "website.VisitorChoice": "evidence of a stranger's answer; a person is shown it, and says "
    "themselves whether it is theirs",
}

NOT_UNDER_THE_MAC = {
    "access.EmergencyUse": {
        "reference": "what the user wrote for the reviewer",
        "words": "what the user wrote for the reviewer",
    },
    "access.RaisedConcern": {
        "words": "what the customer wrote: sealed under their key, and bound to its entry",
        "answer_words": "what they were answered: sealed under their key, and bound to its entry",
    },
    "accounts.AccessToken": {"issued_at": "shown; expires_at decides"},
    "accounts.Account": {
        "created_at": "shown",
        "last_login": "shown",
        "session_salt": "ends sessions: another one ends all of them",
    },
    "accounts.AuthorisedAgent": {"made_at": "shown"},
    "accounts.ClientSecret": {"made_at": "shown; expires_at decides"},
    "accounts.ServiceClient": {"made_at": "shown"},
    "accounts.SignInLink": {
        "made_at": "shown; expires_at decides",
        "made_by": "shown",
    },
    "choices.Choice": {
        "channel": "shown, and in its entry",
        "evidence": "where they said so: shown, and in its entry, sealed",
    },
    "connectors.System": {
        "declared_by": "shown, and in its entry",
        "name": "shown; the text has it too",
        "source": "its digest is under the MAC",
        "test_ok": "what the last test said: shown",
        "test_sentence": "what the last test said: shown",
        "tested_at": "what the last test said: shown",
    },
    "delivery.WebhookEndpoint": {
        "failing_since": "how it fares: five days of it pause it, with an entry",
        "made_at": "shown",
        "made_by": "shown, and in its entry",
        "resting_until": "how it fares: it is called a little later",
    },
    "delivery.WebhookMessage": {
        "attempts": "how far it is; one that is sent twice has the same id",
        "claimed_by": "how far it is; one that is sent twice has the same id",
        "done_at": "how far it is; one that is sent twice has the same id",
        "due_at": "how far it is; one that is sent twice has the same id",
        "lease_until": "how far it is; one that is sent twice has the same id",
        "reason": "shown",
        "state": "how far it is; one that is sent twice has the same id",
    },
    "delivery.ChannelPause": {"actor": "who stopped it: shown, and in its entry"},
    "delivery.ContactLimit": {"actor": "who recorded it: shown, and in its entry"},
    "delivery.Correspondence": {"actor": "who recorded it: shown, and in its entry"},
    "group.OtherOrganisation": {
        "reached_at": "when it last answered: shown",
        "failed_at": "since when it does not: shown",
        "failure": "why it does not: shown",
    },
    "identity.DistinctPeople": {
        "actor": "who said so: shown, and in its entry",
        "ended_actor": "who took it back: shown, and in its entry",
    },
    "identity.MergedPerson": {
        "actor": "who did it: shown, and in its entry",
        "merged_boxes": "sealed under the person's key, and bound to their number",
        "reference": "why: shown, and in its entry",
        "replaced_boxes": "sealed under the person's key, and bound to their number",
        "split_actor": "who did it: shown, and in its entry",
        "split_reference": "why: shown, and in its entry",
    },
    "incidents.BatchRecord": {
        "by": "who decided: shown, and in its entry",
        "note": "what they wrote about it",
    },
    "incidents.ChangeRequest": {
        "answer": "what it was answered: sealed, and bound to its entry",
        "closed_by": "who answered or withdrew it: shown, and in its entry",
        "words": "what is to be changed: sealed, and bound to its entry",
    },
    "incidents.CommunicationsFreeze": {
        "by": "who froze: shown, and in its entry",
        "lifted_by": "who lifted it: shown, and in its entry",
        "lifted_reason": "why: sealed, and bound to its entry",
        "reason": "why: sealed, and bound to its entry",
    },
    "incidents.NoticeBatch": {"prepared_at": "shown"},
    "intake.ErasedPerson": {
        "readmitted_by": "who let them in: shown; that they were is under the MAC",
        "reference": "why: shown; sealed",
        "reference_key": "opens what is shown",
    },
    "intake.HeldBackRow": {
        "decided_at": "shown; the decision is under the MAC",
        "decided_by": "who decided: shown, and in its entry",
        "kind": "what it shares: shown",
        "line": "where it stood in the file: shown",
        "reference": "why: shown; sealed in its entry",
        "reference_key": "opens what is shown",
        "run_id": "from which file: shown",
        "seen_at": "shown",
    },
    "intake.FieldNote": {
        "answered_at": "shown; the answer decides",
        "answered_by": "shown; the answer decides",
        "at": "shown",
        "line": "where it stood in the file: shown",
        "run_id": "from which file: shown",
    },
    "promise.PromiseVersion": {
        "adopted_by": "shown, and in its entry",
        "source": "its digest is under the MAC",
    },
    "representation.Death": {
        "ended_actor": "who took it back: shown, and in its entry",
        "reference": "which paper: shown, and in its entry",
    },
    "representation.Representation": {
        "document": "where the paper is: shown",
        "ended_actor": "who ended it: shown, and in its entry",
        "reference": "which paper: shown, and in its entry",
    },
    "retention.Hold": {
        "actor": "who placed it: shown, and in its entry",
        "ended_actor": "who ended it: shown, and in its entry",
        "ended_reference": "why: shown, and in its entry",
        "reference": "why: shown, and in its entry",
    },
    "retention.Restriction": {
        "actor": "who placed it: shown, and in its entry",
        "ended_actor": "who ended it: shown, and in its entry",
        "ended_reference": "why: shown, and in its entry",
        "reference": "why: shown, and in its entry",
    },
    "campaigns.Campaign": {
        "allowed": "how far it is: shown",
        "done": "how far it is: shown",
        "export_id": "what came of it: shown",
        "failure": "why it could not go on: shown",
        "fetched_at": "that its parcel was fetched; the file is gone with that",
        "file_name": "how the list is called; it is read by its form, or not at all",
        "gone_at": "when its files went",
        "headers": "the columns of the list: shown",
        "left_out": "what came of it: shown",
        "state": "how far it is; each person is decided about anew",
        "total": "how far it is: shown",
    },
    "rights.AddressLetter": {
        "address": "a digest under a key of the instance: how often it was written to",
        "cause": "shown, and in its entry",
        "made_at": "how often it was written to; expires_at decides",
    },
    "rights.RequestEventRow": {
        "actor": "who did it: shown, and in its entry",
        "words": "what the person is told: sealed under the request's key, and bound to its entry",
    },
    "rights.RightsRequest": {
        "actor": "who wrote it down: shown, and in its entry",
        "closed_at": "worked out from the events, for the queue",
        "details": "what was asked: sealed under the request's key, and bound to its entry",
        "due_at": "worked out from the events, for the queue",
        "key": "sealed under the person's key or the instance's, and bound to its entry",
        "key_of": "whose key sealed it: another's does not open it",
        "language": "shown",
        "next_at": "when the worker looks at it: what it then does is decided by the events",
        "stage": "worked out from the events, for the queue",
    },
    "vault.Alias": {
        "facets": "what the merged record showed in the clear, to undo the merge",
        "look_ups": "digests that lead to a number, which is opened and judged, to undo the merge",
    },
}
"""Of each table with a MAC, the columns that are not under it, and why they decide nothing."""


def test_each_column_is_under_the_mac_or_decides_nothing() -> None:
    """Whoever adds a column says which: under the MAC, or here with the reason."""
    outside = {}
    for table in deciding_tables():
        of = model_of(table)
        columns = {
            field.attname
            for field in of._meta.concrete_fields
            if not field.primary_key and field.attname != "mac"
        }
        assert set(of.DECIDING) <= columns, table.table
        if left := columns - set(of.DECIDING):
            outside[table.table] = left
    assert outside == {label: set(why) for label, why in NOT_UNDER_THE_MAC.items()}
    assert all(why for reasons in NOT_UNDER_THE_MAC.values() for why in reasons.values())


def test_each_table_has_a_mac_or_a_reason_why_it_needs_none() -> None:
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    deciding = {label for label, model in models.items() if issubclass(model, DecidingRow)}
    assert deciding == {table.table for table in deciding_tables()}
    assert models.keys() - deciding == DECIDES_NOTHING.keys()
    assert all(DECIDES_NOTHING.values())
