"""From a sound tree to a :class:`~aboveboard.promise.model.Promise`. Only called when
no problem was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from aboveboard.kinds.kind import FieldKind
from aboveboard.law import categories, transfers
from aboveboard.promise.loading.lines import (
    Item,
    Scalar,
    Series,
    Table,
    entries,
    list_scalars,
    scalar_text,
)
from aboveboard.promise.model import (
    AgreedNotice,
    AgreementKind,
    AlgorithmicTool,
    BreakGlass,
    CollectionPoint,
    ConsentQuestion,
    ConsentSignal,
    Contact,
    DataProvision,
    DataSource,
    DelayedWord,
    Field,
    GeneralWords,
    LawfulBasis,
    LawfulDelay,
    LossMeasure,
    LossPromise,
    Organisation,
    OrganisationRole,
    Period,
    Promise,
    PromisedChannel,
    ProvisionGround,
    Purpose,
    Recipient,
    RecipientKind,
    RestrictedUse,
    Retention,
    RetentionStart,
    RoleOrChannel,
    SpecialCondition,
    StaffWords,
    ThirdPartyTerms,
    Transfer,
    TranslatedText,
    Website,
    WebsitePart,
)

_Made = TypeVar("_Made")
_UNSTAFFED = frozenset({"api", "export", "portal"})
"""Channels, as promises call them, on which customers reach no member of staff."""


def build(root: Table) -> Promise:
    """Return the promise that the tree says."""
    organisation = _organisation(root.entries["organisation"])
    regime = transfers.regime_of(organisation.country)
    # English always: it is what every text must have, and what another language falls back on.
    languages = dict.fromkeys(["en", *_keys(root, "languages")])
    channels = _build_section(root, "channels", _channel)
    fields = _build_section(root, "fields", _field)
    return Promise(
        organisation=organisation,
        languages=tuple(languages),
        fields=fields,
        roles=_build_section(root, "roles", _party),
        channels=channels,
        recipients=_build_section(
            root, "recipients", lambda key, item: _recipient(key, item, regime)
        ),
        purposes=_build_section(
            root, "purposes", lambda key, item: _purpose(key, item, channels, fields)
        ),
        losses=_build_section(root, "losses", _loss),
        security=_texts(root.entries["security"]),
        break_glass=_break_glass(root.entries.get("break_glass")),
        notify=_build_section(root, "notify", _agreed_notice),
        collection=_build_section(root, "collection", _collection_point),
        sources=_build_section(root, "sources", _source),
        automated=_build_section(root, "automated", _algorithmic_tool),
        website=_website(root.entries.get("website")),
    )


def _build_section(
    root: Table, section: str, make: Callable[[str, Item], _Made]
) -> Mapping[str, _Made]:
    return MappingProxyType({key: make(key, item) for key, item in entries(root, section).items()})


def _keys(item: Item, key: str) -> tuple[str, ...]:
    return tuple(scalar.text for scalar in list_scalars(item, key))


def _text(item: Item | None) -> TranslatedText:
    if isinstance(item, Scalar):
        return TranslatedText(item.text.strip())
    translations = {
        language: scalar_text(words_).strip() for language, words_ in entries(item).items()
    }
    return TranslatedText(translations["en"], translations)


def _texts(item: Item) -> tuple[TranslatedText, ...]:
    return tuple(_text(text) for text in item.items) if isinstance(item, Series) else ()


def _organisation(item: Item) -> Organisation:
    return Organisation(
        name=scalar_text(item, "name"),
        country=scalar_text(item, "country"),
        contact=scalar_text(item, "contact"),
        trades_in=_keys(item, "trades_in"),
        legal_name=scalar_text(item, "legal_name"),
        address=scalar_text(item, "address"),
        privacy_lead=scalar_text(item, "privacy_lead"),
        representative=scalar_text(item, "representative"),
        customers_reveal=_keys(item, "customers_reveal"),
        time_zone=scalar_text(item, "time_zone"),
        region=scalar_text(item, "region"),
        establishments=_keys(item, "establishments"),
        lead_authority=scalar_text(item, "lead_authority"),
        roles=_roles(item),
        public_body=scalar_text(item, "public_body") == "true",
        sectors=_keys(item, "sectors"),
        declares_sectors="sectors" in entries(item),
        domicile=scalar_text(item, "domicile"),
    )


def _agreed_notice(key: str, item: Item) -> AgreedNotice:
    return AgreedNotice(
        key=key,
        tells=scalar_text(item, "tells"),
        kind=AgreementKind(scalar_text(item, "kind")),
        source=scalar_text(item, "source"),
        within=Period.parse(scalar_text(item, "within")),
        start=scalar_text(item, "from") or "aware",
        when=scalar_text(item, "when") or "any",
        places=_keys(item, "places"),
        at_least=int(scalar_text(item, "at_least") or 1),
        working_days=scalar_text(item, "days") == "working",
    )


def _roles(item: Item) -> tuple[OrganisationRole, ...]:
    # One word, or a list; an organisation that says nothing decides over its data.
    words = _keys(item, "role") or (scalar_text(item, "role") or OrganisationRole.CONTROLLER,)
    return tuple(OrganisationRole(word) for word in words)


def _field(key: str, item: Item) -> Field:
    category = scalar_text(item, "category")
    kind = FieldKind(scalar_text(item, "kind"))
    sensitive = (
        scalar_text(item, "sensitive") == "true"
        or categories.get(category).special
        # Not special by Art. 9, but a key to everything else about somebody (GDPR Art. 87): masked
        # without being asked.
        or kind is FieldKind.NATIONAL_ID
    )
    return Field(
        key, _text(entries(item)["label"]), category, kind, sensitive, scalar_text(item, "format")
    )


def _party(key: str, item: Item) -> RoleOrChannel:
    return RoleOrChannel(key, _text(entries(item)["title"]))


def _channel(key: str, item: Item) -> PromisedChannel:
    # A promise from before it was said says nothing, and calls them so.
    written = scalar_text(item, "staffed") or str(key not in _UNSTAFFED).lower()
    contact = scalar_text(item, "contact")
    return PromisedChannel(
        key,
        _text(entries(item)["title"]),
        written == "true",
        Contact(contact) if contact else None,
    )


def _recipient(key: str, item: Item, regime: transfers.TransferRegime) -> Recipient:
    country, transfer = scalar_text(item, "country"), entries(item).get("transfer")
    return Recipient(
        key=key,
        title=_text(entries(item)["title"]),
        name=scalar_text(item, "name"),
        kind=RecipientKind(scalar_text(item, "kind")),
        country=country,
        transfer=Transfer(scalar_text(transfer, "ground"), scalar_text(transfer, "note"))
        if transfer
        else None,
        # Worked out once, from where the organisation is established: whoever reads the promise
        # need not know the law for it.
        third_country=regime.is_third_country(country),
    )


def _purpose(
    key: str, item: Item, channels: Mapping[str, PromisedChannel], known: Mapping[str, Field]
) -> Purpose:
    fields = entries(item)
    choice, article9, retention = fields.get("choice"), fields.get("article9"), fields["retention"]
    restricted, for_staff = scalar_text(item, "allowed_when_restricted"), fields.get("for_staff")
    interest, provision = fields.get("interest"), fields.get("must_provide")
    return Purpose(
        key=key,
        title=_text(fields["title"]),
        what=_text(fields["what"]),
        why=_text(fields["why"]),
        basis=LawfulBasis(scalar_text(item, "basis")),
        basis_note=scalar_text(item, "basis_note"),
        law=scalar_text(item, "law"),
        fields=_keys(item, "fields"),
        roles=_keys(item, "roles"),
        channels=_keys(item, "channels"),
        contacts=tuple(
            (each, way)
            for each in _keys(item, "channels")
            if (way := channels[each].contact) is not None
        ),
        recipients=_keys(item, "recipients"),
        retention=_retention(retention),
        question=ConsentQuestion(_text(entries(choice)["asks"]), _keys(choice, "fields"))
        if choice
        else None,
        balancing=scalar_text(item, "balancing"),
        article9=SpecialCondition(scalar_text(article9, "condition"), scalar_text(article9, "note"))
        if article9
        else None,
        when_restricted=RestrictedUse(restricted) if restricted else None,
        direct_marketing=scalar_text(item, "direct_marketing") == "true",
        own_staff_words=StaffWords(
            _text(entries(for_staff)["title"]), _text(entries(for_staff)["what"])
        )
        if for_staff
        else None,
        interest=_text(interest) if interest else None,
        personalises=scalar_text(item, "personalises") == "true",
        provision=_provision(provision) if provision else None,
        delay=_delay(fields.get("delay")),
        in_general=_general_words(fields.get("shown_in_general")),
        third_parties=_third_party_terms(fields.get("third_parties")),
        confirmed_field=_confirmed_field(item, known),
    )


def _confirmed_field(item: Item, known: Mapping[str, Field]) -> str:
    if scalar_text(item, "double_opt_in") != "true":
        return ""
    # ``lawfulness`` has it that there is just one.
    return next(each for each in _keys(item, "fields") if known[each].kind is FieldKind.EMAIL)


def _provision(item: Item) -> DataProvision:
    return DataProvision(
        ProvisionGround(scalar_text(item, "ground")), _text(entries(item)["otherwise"])
    )


def _collection_point(key: str, item: Item) -> CollectionPoint:
    return CollectionPoint(key, _text(entries(item)["title"]), _keys(item, "purposes"))


def _source(key: str, item: Item) -> DataSource:
    return DataSource(
        key,
        _text(entries(item)["title"]),
        _keys(item, "fields"),
        scalar_text(item, "public") == "true",
    )


def _algorithmic_tool(key: str, item: Item) -> AlgorithmicTool:
    fields = entries(item)
    return AlgorithmicTool(
        key=key,
        title=_text(fields["title"]),
        logic=_text(fields["logic"]),
        consequences=_text(fields["consequences"]),
        purposes=_keys(item, "purposes"),
        decides_alone=scalar_text(item, "decides_alone") == "true",
        review=_text(fields["review"]) if "review" in fields else None,
        record=MappingProxyType(
            {name: scalar_text(words) for name, words in entries(item, "record").items()}
        ),
    )


def _delay(item: Item | None) -> LawfulDelay | None:
    if item is None:
        return None
    return LawfulDelay(
        scalar_text(item, "law"),
        Period.parse(scalar_text(item, "longest")),
        DelayedWord(scalar_text(item, "tells")),
    )


def _third_party_terms(item: Item | None) -> ThirdPartyTerms | None:
    return ThirdPartyTerms(Period.parse(scalar_text(item, "longest"))) if item else None


def _general_words(item: Item | None) -> GeneralWords | None:
    return GeneralWords(_text(entries(item)["who"]), _text(entries(item)["what"])) if item else None


def _retention(item: Item) -> Retention:
    text = entries(item).get("text")
    return Retention(
        Period.parse(scalar_text(item, "keep")),
        RetentionStart(scalar_text(item, "starts")),
        _text(text) if text else None,
    )


def _break_glass(item: Item | None) -> BreakGlass | None:
    return BreakGlass(_keys(item, "roles"), _keys(item, "fields")) if item else None


def _website(item: Item | None) -> Website | None:
    if item is None:
        return None
    necessary = entries(item).get("necessary")
    asked = {key: _website_part(part) for key, part in entries(item, "purposes").items()}
    return Website(
        necessary=_website_part(necessary) if necessary else WebsitePart(),
        purposes=MappingProxyType(asked),
        refused_by_gpc=_keys(item, "refused_by_gpc"),
    )


def _website_part(item: Item) -> WebsitePart:
    cookies, storage = (
        MappingProxyType({name: scalar_text(kept) for name, kept in entries(item, kind).items()})
        for kind in ("cookies", "storage")
    )
    signals = tuple(ConsentSignal(signal) for signal in _keys(item, "consent_mode"))
    return WebsitePart(cookies, storage, _keys(item, "hosts"), signals)


def _loss(key: str, item: Item) -> LossPromise:
    within, at_least = scalar_text(item, "within"), scalar_text(item, "at_least")
    return LossPromise(
        key=key,
        text=_text(entries(item)["text"]),
        measure=LossMeasure(scalar_text(item, "measure")),
        within=Period.parse(within) if within else None,
        at_least=int(at_least) if at_least else None,
    )
