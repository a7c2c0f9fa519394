from troposphere import GetAtt, Ref, apigateway

from pkgops.kit.web.cors import Cors, gateway_response, preflight
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """A REST API made of troposphere's resources; `rest_api` does this by itself."""
    pages = Cors("https://shop.example", ("GET",), ("Content-Type",), extra_origins=("https://admin.shop.example",))
    api = scope.add(apigateway.RestApi("Api", Name=scope.named("shop")))
    options = preflight(scope, pages, "ApiOptions", api, GetAtt(api, "RootResourceId"))
    gateway_response(scope, pages, api, "DEFAULT_4XX")
    scope.add(apigateway.Deployment("ApiDeployment", RestApiId=Ref(api), DependsOn=[options.title]))
