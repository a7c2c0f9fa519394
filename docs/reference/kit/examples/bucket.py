from pkgops.kit.bucket import Bucket, BucketCors, bucket
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    pages = BucketCors(origins=("https://shop.example",), methods=("PUT",))
    photos = bucket(scope, Bucket("shop-photos", versioned=True, expire_noncurrent=30, abort_uploads=1, cors=pages))
    row = Function("resize", links=(photos.read_write("photos/"),))
    functions(scope, FunctionDefaults("handlers/shop", "shop-"), [row])
    scope.output("PhotosName", photos.ref())
