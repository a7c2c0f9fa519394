"""The certificate of a home: kept while it is good, for its owner alone."""

from __future__ import annotations

import ssl

import pytest

from pkgops.local.home import Home
from pkgops.local.server import certificate


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_it_is_made_once_and_is_the_owners_alone(home):
    made = certificate.context(home)
    assert made.minimum_version >= ssl.TLSVersion.TLSv1_2
    kept = home.certificate.read_bytes()
    assert [path.stat().st_mode & 0o777 for path in (home.certificate, home.certificate_key)] == [0o600, 0o600]
    certificate.context(home)
    assert home.certificate.read_bytes() == kept


def test_it_names_loopback_alone_and_signs_no_other(home):
    certificate.context(home)
    known = ssl._ssl._test_decode_cert(str(home.certificate))
    names = {name.removeprefix("*.") for kind, name in known["subjectAltName"]}
    assert names == {"localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"}
    trusting = ssl.create_default_context(cafile=str(home.certificate))
    assert trusting.cert_store_stats()["x509_ca"] == 0


@pytest.mark.parametrize("damaged", ["certificate", "certificate_key"])
@pytest.mark.parametrize("how", ["", "damaged", None])
def test_it_is_made_again_when_it_is_damaged(home, damaged, how):
    certificate.context(home)
    before = home.certificate.read_bytes()
    path = getattr(home, damaged)
    path.unlink()
    if how is not None:
        path.write_text(how, encoding="utf-8")
    certificate.context(home)
    assert home.certificate.read_bytes() != before


def test_a_key_of_another_certificate_is_replaced(home, tmp_path):
    other = Home(tmp_path / "other")
    certificate.context(home)
    certificate.context(other)
    home.certificate_key.write_bytes(other.certificate_key.read_bytes())
    certificate.context(home)


def test_it_is_renewed_before_it_ends(home, monkeypatch):
    monkeypatch.setattr(certificate, "_VALID", certificate._RENEWED_BEFORE)
    certificate.context(home)
    before = home.certificate.read_bytes()
    monkeypatch.undo()
    certificate.context(home)
    assert home.certificate.read_bytes() != before
