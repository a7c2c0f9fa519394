"""Does Kefir live through what an operator does to it, and leave nothing behind where it may go?"""

from __future__ import annotations

import pytest

from tests.e2e.conftest import NewProject
from tests.e2e.kefir.app import deployed
from tests.emulator import client

pytestmark = pytest.mark.e2e


def test_deployed_again_nothing_changes_and_destroyed_nothing_is_left(new_project: NewProject) -> None:
    """Outside production photos, table and users go with the stack."""
    with deployed(new_project) as kefir:
        assert "Nothing to deploy" in kefir.project.pkgops("deploy", "kefir", "--yes").stderr
        assert kefir.project.pkgops("diff", "kefir", "--exit-code").returncode == 0
        photos = client(kefir.emulator, "s3")
        photos.put_object(Bucket=kefir.outputs["BucketName"], Key="users/x/photo.jpg", Body=b"x")
        kefir.project.pkgops("destroy", "kefir", "--yes")
        assert photos.list_buckets()["Buckets"] == []
        assert kefir.table.list_tables()["TableNames"] == []
        assert client(kefir.emulator, "cognito-idp").list_user_pools(MaxResults=10)["UserPools"] == []
        kefir.project.pkgops("deploy", "kefir", "--yes")
        del kefir.outputs
        assert kefir.ask("GET", "/public/b/none").status == 404
