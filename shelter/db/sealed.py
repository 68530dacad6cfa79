"""Sealed fields: a value that names or tells is stored as ciphertext under a key of its owner and compartment."""

from __future__ import annotations

import logging
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import Annotated, Any, Self, overload

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import g
from sqlalchemy.orm import Mapped, mapped_column

from shelter.calendar import PartialDate, now
from shelter.crypto import Damaged, KeyRing, open_bytes, pad, seal_bytes, unpad
from shelter.crypto.sealing import KEY_ID as KEY_ID
from shelter.texts import later as _later

from .base import Key, Model, Rows, db, in_portions, is_writing
from .written import ask

SealedBytes = Annotated[bytes, mapped_column(sa.LargeBinary)]
log = logging.getLogger("shelter")
NAME, NOTE = 96, 256  # padding steps, bytes


class Compartment(StrEnum):
    """Which part of a person's record a key opens."""

    CORE = "core"
    PSYCHOLOGY = "psychology"
    PROCESS_NOTES = "process_notes"
    LEGAL = "legal"
    PRIVILEGED = "privileged"
    MEDICAL = "medical"
    REPRODUCTIVE = "reproductive"
    SOCIAL = "social"


class DataKey(Model):
    """A key of one owner and compartment, wrapped by the programme's key. Destroying it destroys what it sealed."""

    __tablename__ = "data_key"
    __table_args__ = (sa.UniqueConstraint("owner_id", "compartment", "owner_kind"),)

    id: Mapped[Key]
    owner_kind: Mapped[str] = mapped_column(sa.String(20))
    owner_id: Mapped[uuid.UUID]
    compartment: Mapped[str] = mapped_column(sa.String(20))
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(default=now)


Wrapped = tuple[uuid.UUID, bytes, str, uuid.UUID, str]
"""Of a data key: id, wrapped, kind and id of its owner, compartment."""


def context_of(key_id: uuid.UUID, kind: str, owner: uuid.UUID, compartment: str) -> bytes:
    """What a wrapped key is bound to."""
    return f"{key_id}|{kind}|{owner}|{compartment}".encode()


@dataclass
class Vault:
    """Opened data keys of this process, the latest fetched kept longest; filled from the database in bulk."""

    ring: KeyRing | None = None
    size: int = 5_000
    _secrets: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def keys(self) -> KeyRing:
        """The programme's keys; set when the application is made."""
        if self.ring is None:
            raise RuntimeError("the programme's key is not loaded")
        return self.ring

    def use(self, ring: KeyRing) -> None:
        """Begin to use a key ring; forgets what another one opened."""
        with self._lock:
            self.ring = ring
            self._secrets.clear()

    def box(self, key_id: bytes) -> AESGCM:
        """The opened key of that id, read from the database when it is not at hand; Damaged when it is gone."""
        secret = self._secrets.get(key_id) or self._fetch([key_id]).get(key_id)
        if secret is None:
            raise Damaged("the data key of a sealed value is gone")
        return AESGCM(secret)

    def fetch(self, key_ids: Iterable[bytes]) -> dict[bytes, AESGCM]:
        """Many opened keys, with one query (per 500) for those that are not at hand; without those that are gone."""
        return {key_id: AESGCM(secret) for key_id, secret in self._fetch(key_ids).items()}

    def _fetch(self, key_ids: Iterable[bytes]) -> dict[bytes, bytes]:
        wanted = {key_id for key_id in key_ids if len(key_id) == 16}
        found = {key_id: secret for key_id in wanted if (secret := self._secrets.get(key_id))}
        if len(found) < len(wanted):
            fetched: dict[bytes, bytes] = {}
            for ids in in_portions(sorted(wanted - found.keys()), 500):
                wanted_ids = [uuid.UUID(bytes=key_id) for key_id in ids]
                for row in ask(db.session.connection(), *_by_ids(wanted_ids)):  # without a flush, as below
                    fetched[row.id.bytes] = self._unwrapped(*row)
            self._keep(fetched)
            found.update(fetched)
        return found

    def _unwrapped(self, key_id: uuid.UUID, wrapped: bytes, kind: str, owner: uuid.UUID, compartment: str) -> bytes:
        context = context_of(key_id, kind, owner, compartment)
        try:
            return self.keys.unwrap(wrapped, context)
        except Damaged:
            if not self.look_again():
                raise
            return self.keys.unwrap(wrapped, context)

    def look_again(self) -> bool:
        """Whether the key file says something else by now (it was rotated); from here on that is used."""
        before, self.ring = self.keys, self.keys.fresh()
        return self.ring is not before

    def opened(self, key_id: uuid.UUID, wrapped: bytes, kind: str, owner: uuid.UUID, compartment: str) -> AESGCM:
        """The key of a row read together with what it sealed; it is not remembered."""
        return AESGCM(self._unwrapped(key_id, wrapped, kind, owner, compartment))

    def _keep(self, secrets: dict[bytes, bytes]) -> None:
        """Remember opened keys, forgetting those fetched longest ago when there are too many.

        As 32 bytes each: made ready for use, each would take 2,400, and making one ready takes a microsecond.
        """
        with self._lock:
            for key_id, secret in secrets.items():
                self._secrets[key_id] = secret
                self._secrets.move_to_end(key_id)
            while len(self._secrets) > self.size:
                self._secrets.popitem(last=False)

    def key_for(self, kind: str, owner: uuid.UUID, compartment: str) -> bytes:
        """The id of the key that seals for this owner, made when first needed; it is at hand afterwards."""
        owners: dict[tuple[str, uuid.UUID], dict[str, Wrapped]] = db.session.info.setdefault("data_keys", {})
        if (kind, owner) not in owners:
            owners[kind, owner] = self._existing(kind, owner)
        keys = owners[kind, owner]
        if compartment not in keys:
            keys[str(compartment)] = self._new(kind, owner, compartment)
        wrapped = keys[str(compartment)]
        key_id = wrapped[0].bytes
        if key_id not in self._secrets:
            self._keep({key_id: self._unwrapped(*wrapped)})
        return key_id

    def proves(self) -> bool:
        """Whether the programme's key opens the data keys of this database; true while there are none."""
        row = db.session.execute(sa.select(*_COLUMNS).limit(1)).first()
        try:
            return row is None or bool(self._unwrapped(*row))
        except Damaged:
            return False

    def _existing(self, kind: str, owner: uuid.UUID) -> dict[str, Wrapped]:
        """Every key of an owner, by compartment, still wrapped."""
        found = ask(db.session.connection(), _OF_OWNER, {"owner": owner, "kind": kind})  # no flush: rows are made
        return {row.compartment: row for row in found}

    def _new(self, kind: str, owner: uuid.UUID, compartment: str) -> Wrapped:
        if not is_writing():
            raise RuntimeError("something is sealed outside work(): its key would be lost")
        row, secret = self._make(kind, owner, compartment)
        db.session.add(DataKey(**row))
        self._keep({row["id"].bytes: secret})
        return row["id"], row["wrapped"], kind, owner, str(compartment)

    def make(self, kind: str, owner: uuid.UUID, compartment: str) -> tuple[dict[str, Any], AESGCM]:
        """A new key as the row to insert, and opened."""
        row, secret = self._make(kind, owner, compartment)
        return row, AESGCM(secret)

    def _make(self, kind: str, owner: uuid.UUID, compartment: str) -> tuple[dict[str, Any], bytes]:
        self.look_again()  # inside the transaction: a rotation waits for those that began before it
        key_id, secret = uuid.uuid4(), AESGCM.generate_key(256)
        wrapped = self.keys.wrap(secret, context_of(key_id, kind, owner, compartment))
        row = {"id": key_id, "owner_kind": kind, "owner_id": owner, "compartment": str(compartment),
               "wrapped": wrapped, "made_at": now()}
        return row, secret


_COLUMNS = (DataKey.id, DataKey.wrapped, DataKey.owner_kind, DataKey.owner_id, DataKey.compartment)
_BY_IDS = sa.select(*_COLUMNS).where(DataKey.id.in_(sa.bindparam("ids", expanding=True)))
_BY_ID = sa.select(*_COLUMNS).where(DataKey.id == sa.bindparam("id"))
_OF_OWNER = sa.select(*_COLUMNS).where(
    DataKey.owner_id == sa.bindparam("owner"), DataKey.owner_kind == sa.bindparam("kind")
)
vault = Vault()


def _by_ids(ids: list[uuid.UUID]) -> tuple[Rows, dict[str, Any]]:
    return (_BY_ID, {"id": ids[0]}) if len(ids) == 1 else (_BY_IDS, {"ids": ids})


@sa.event.listens_for(sa.orm.Session, "after_soft_rollback")
@sa.event.listens_for(sa.orm.Session, "after_commit")
def _forget_made(session: Any, *_transaction: Any) -> None:
    session.info.pop("data_keys", None)


@dataclass(frozen=True)
class Codec:
    """How a value becomes bytes and comes back."""

    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]


TEXT = Codec(lambda text: str(text).encode(), lambda content: content.decode())
BYTES = Codec(bytes, bytes)
PARTIAL_DATE = Codec(lambda value: str(value).encode(), lambda content: PartialDate.read(content.decode()))


class Sealed:
    """A field of a model whose value is sealed in the column `<name>_sealed`.

    `declared` is the field's lasting name: it is bound into the ciphertext and never renamed. `owner` is the kind of
    owner and the attribute that holds the owner's id. `step` is the padding in bytes.
    """

    def __init__(
        self, declared: str, owner: tuple[str, str], compartment: Compartment | Callable[[Any], Compartment],
        step: int = NOTE, codec: Codec = TEXT,
    ) -> None:
        self.declared, self.owner_kind, self.owner_attribute = declared, *owner
        self.compartment, self.step, self.codec = compartment, step, codec

    def __set_name__(self, model: type, name: str) -> None:
        """Learn the column, and tell the model about the field."""
        self.column = f"{name}_sealed"
        model.sealed_fields = {**getattr(model, "sealed_fields", {}), name: self}  # type: ignore[attr-defined]
        FIELDS[self.declared] = self

    @overload
    def __get__(self, row: None, model: type) -> Self: ...
    @overload
    def __get__(self, row: object, model: type) -> Any: ...
    def __get__(self, row: object | None, model: type) -> Any:
        """Open the value; None when there is none."""
        if row is None:
            return self
        sealed = getattr(row, self.column)
        return None if sealed is None else self.shown(sealed, row.id)  # type: ignore[attr-defined]

    def __set__(self, row: Any, value: Any) -> None:
        """Seal the value; None and the empty text leave nothing, what stands for an altered value leaves that alone."""
        if self._stands_for_altered(row, value):
            return
        if value is None or value == "":
            setattr(row, self.column, None)
            return
        compartment = self.compartment(row) if callable(self.compartment) else self.compartment
        owner = getattr(row, self.owner_attribute)
        if owner is None:
            raise ValueError(f"{self.declared} is sealed for nobody: set {self.owner_attribute} first")
        key_id = vault.key_for(self.owner_kind, owner, compartment)
        setattr(row, self.column, self.seal(value, row.id, key_id, vault.box(key_id)))

    def seal(self, value: Any, row_id: uuid.UUID, key_id: bytes, box: AESGCM) -> bytes:
        """The value under a key at hand (bulk writing uses this directly)."""
        return seal_bytes(box, key_id, pad(self.codec.write(value), self.step), self.place(row_id))

    def open(self, sealed: bytes, row_id: uuid.UUID, box: AESGCM | None = None) -> Any:
        """The value again; Damaged when it was altered or moved. `box` is its key when that is at hand."""
        return self.codec.read(unpad(open_bytes(box or vault.box(sealed[KEY_ID]), sealed, self.place(row_id))))

    def shown(self, sealed: bytes, row_id: uuid.UUID, box: AESGCM | None = None) -> Any:
        """As `open`; on a page that is being made, a sentence (no date) in the place of what was altered."""
        try:
            return self.open(sealed, row_id, box)
        except Damaged:
            if not (g and g.get("shows_altered")):
                raise
            log.warning("a sealed value was altered: %s of %s", self.declared, row_id)
            g.setdefault("altered", set()).add(f"{self.declared} {row_id}")
            return f"{ALTERED} {_CALM}" if self.codec is TEXT else None

    def _stands_for_altered(self, row: Any, value: Any) -> bool:
        if isinstance(value, str) and value.startswith(ALTERED):
            return True
        sealed = None if value is not None or self.codec is TEXT else getattr(row, self.column, None)
        try:
            return sealed is not None and self.open(sealed, row.id) is None
        except Damaged:
            return True

    def place(self, row_id: uuid.UUID) -> bytes:
        """What the value is bound to."""
        return f"{self.declared}|{row_id.hex}".encode()


ALTERED = "\N{WARNING SIGN}"
_CALM = _later("This part was altered and cannot be shown. Tell whoever looks after the server.")
FIELDS: dict[str, Sealed] = {}
"""Every sealed field of the program by its declared name."""


def unseal(rows: Sequence[Any], **fields: tuple[Sealed, str]) -> list[dict[str, Any]]:
    """Open whole lists at once: rows of a query become dictionaries.

    `unseal(rows, name=(Person.name_used, "person_id"))` opens the column `name`, bound to the row id in `person_id`.
    """
    names = rows[0]._fields if rows else ()
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for some in in_portions(found, 5_000):
        boxes = vault.fetch(row[name][KEY_ID] for row in some for name in fields if row[name])
        for row in some:
            for name, (sealed, row_id) in fields.items():
                if row[name] is not None:
                    row[name] = sealed.shown(row[name], row[row_id], boxes.get(row[name][KEY_ID]))
    return found
