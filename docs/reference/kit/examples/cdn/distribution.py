from troposphere import Sub

from pkgops.kit.bucket import Bucket
from pkgops.kit.cdn.distribution import Behavior, Distribution, ErrorPage, distribution
from pkgops.kit.cdn.origins import BucketOrigin, origin_bucket, origin_identity
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A site with the pages of one bucket and the images of another; a missing page shows the first one."""
    pages, images = origin_identity(scope, "pages", "Pages"), origin_identity(scope, "images", "Images")
    written = origin_bucket(scope, Bucket("shop-pages", retained=False), pages)
    origins = (
        BucketOrigin("pages", written, pages),
        BucketOrigin("images", origin_bucket(scope, Bucket("shop-images"), images), images),
    )
    behaviors = (Behavior("pages", response_headers="SecurityHeadersPolicy"), Behavior("images", "/images/*"))
    errors = (ErrorPage(403, "/index.html"),)
    made = distribution(scope, Distribution("The shop", origins, behaviors, "index.html", errors))
    scope.output("BucketName", written.reference)  # these three are what `pkgops web publish` asks for
    scope.output("DistributionId", made.id)
    scope.output("Url", Sub("https://${Distribution.DomainName}"))
